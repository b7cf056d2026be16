"""A private PostgreSQL server on loopback (infra/README.md).

`make up` lets circus run `command()` with passwords; test fixtures call `start()` and `stop()`
without. PostgreSQL refuses root: then the server, and only it, runs as the system's `postgres`.
"""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from infra.native.processes import await_ready, end, spawn

VERSIONS = Path("/usr/lib/postgresql")  # Debian's layout: one folder per major version
OLDEST = 15
SUPERUSER = "warren"
ROOTS_HOME = Path("/var/lib/warren")  # data of a server started by root from an unreachable clone
START_SECONDS = 30.0
STOP_SECONDS = 20.0
FAST = (  # for tests: safe when a process is killed, not when the machine loses power
    "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off",
)  # fmt: skip


class PostgresMissing(Exception):
    """No PostgreSQL 15 or newer is installed: apt-get install postgresql."""


class PostgresServer:
    """One server: its folder, its port and its superuser's password.

    Without a password everybody on this machine's loopback is trusted and nothing is synced to
    disk: for tests only. When the server's user cannot reach the folder, the data lies elsewhere
    and the file `location` in the folder says where.
    """

    def __init__(self, directory: Path, port: int, password: str | None = None) -> None:
        self.port = port
        self.password = password
        self.user = server_user()
        self.binaries = binaries()
        self.directory = self._reachable(directory.resolve())
        self.data = self.directory / "data"
        self.log = directory.resolve() / "postgres.log"
        self._process: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """Make the data folder once (about 1 s). Existing data is left as it is."""
        if (self.data / "PG_VERSION").exists():
            return
        self.directory.mkdir(parents=True, exist_ok=True)
        self._own(self.directory)
        options = [
            "-U",
            SUPERUSER,
            "--locale=C",
            "--lc-ctype=C.UTF-8",  # letters of every tongue are letters: the search needs it
            "-E",
            "UTF8",
            "--no-sync",
            "-D",
            str(self.data),
        ]
        secret = self.directory / ".password"
        if self.password is None:
            options.append("--auth=trust")
        else:
            secret.touch(mode=0o600)
            secret.write_text(self.password)
            self._own(secret)
            options += ["--auth=scram-sha-256", f"--pwfile={secret}"]
        try:
            subprocess.run(
                self._as_server([str(self.binaries / "initdb"), *options]),
                check=True,
                capture_output=True,
                text=True,
                cwd="/",
            )
        except subprocess.CalledProcessError as exc:
            raise RuntimeError(f"initdb failed: {exc.stderr.strip()}") from exc
        finally:
            secret.unlink(missing_ok=True)

    def command(self) -> list[str]:
        """Return the server's command line: foreground, loopback only, no socket file."""
        options = [
            "-D", str(self.data), "-p", str(self.port),
            "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
        ]  # fmt: skip
        if self.password is None:
            options += FAST
        return self._as_server([str(self.binaries / "postgres"), *options])

    def start(self, timeout_seconds: float = START_SECONDS) -> None:
        """Prepare and start the server as a child; return when it takes connections."""
        self.prepare()
        process = self._process = spawn(self.command(), self.log, with_parent=self.user is None)
        try:
            await_ready(
                self.ready,
                "PostgreSQL",
                self.log,
                timeout_seconds,
                lambda: process.poll() is None,
            )
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the server (fast shutdown). Data stays, but for a temporary folder of a test."""
        if self._process is not None:
            end(self._process, STOP_SECONDS, signal.SIGINT)
        self._process = None
        if self.directory.name.startswith("warren-postgres-"):
            shutil.rmtree(self.directory, ignore_errors=True)

    def ready(self) -> bool:
        """Tell whether the server takes connections."""
        command = [
            str(self.binaries / "pg_isready"),
            "-q",
            "-h",
            "127.0.0.1",
            "-p",
            str(self.port),
        ]
        return subprocess.run(command, check=False).returncode == 0

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run statements as superuser through psql; return its bare output. Raises on an error."""
        command = [
            str(self.binaries / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1",
            "-h", "127.0.0.1", "-p", str(self.port), "-U", SUPERUSER, "-d", database, "-f", "-",
        ]  # fmt: skip
        environment = {**os.environ, "PGPASSWORD": self.password or ""}
        done = subprocess.run(
            command,
            check=False,
            input=statement,
            capture_output=True,
            text=True,
            env=environment,
        )
        if done.returncode != 0:
            raise RuntimeError(f"PostgreSQL refused a statement: {done.stderr.strip()}")
        return done.stdout.strip()

    def ensure_database(self, name: str, password: str | None = None) -> None:
        """Make a role and its database of the same name unless they exist; set the password."""
        if not self.sql(f"SELECT 1 FROM pg_roles WHERE rolname = '{name}'"):
            self.sql(f'CREATE ROLE "{name}" LOGIN')
        if password is not None:
            self.sql(f"ALTER ROLE \"{name}\" PASSWORD '{password}'")
        if not self.sql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
            self.sql(f'CREATE DATABASE "{name}" OWNER "{name}"')

    def url(self, database: str, user: str = SUPERUSER, password: str | None = None) -> str:
        """Return the SQLAlchemy URL of a database (psycopg 3)."""
        login = user if password is None else f"{user}:{password}"
        return f"postgresql+psycopg://{login}@127.0.0.1:{self.port}/{database}"

    def _as_server(self, command: list[str]) -> list[str]:
        """Prefix a command so that it runs as the server's user, ending with us in tests."""
        if self.user is None:
            return command
        prefix = [
            "setpriv",
            f"--reuid={self.user}",
            f"--regid={self.user}",
            "--init-groups",
        ]
        if self.password is None:
            prefix += ["--pdeathsig", "INT"]
        return [*prefix, "--", *command]

    def _own(self, path: Path) -> None:
        if self.user is not None:
            shutil.chown(path, self.user)

    def _reachable(self, directory: Path) -> Path:
        """Return the folder itself, or another when the server's user cannot pass through."""
        if self.user is None or can_pass(self.user, directory):
            return directory
        if self.password is None:
            return Path(tempfile.mkdtemp(prefix="warren-postgres-"))
        noted = directory / "location"
        if not noted.exists():
            noted.parent.mkdir(parents=True, exist_ok=True)
            noted.write_text(str(ROOTS_HOME / secrets.token_hex(6)))
        return Path(noted.read_text())


def server_user() -> str | None:
    """Return whom the server must run as: None is ourselves, a name when we are root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def binaries() -> Path:
    """Return the folder of the newest installed PostgreSQL. Raises PostgresMissing."""
    found = [
        int(folder.name)
        for folder in VERSIONS.glob("*")
        if folder.name.isdigit() and (folder / "bin" / "initdb").exists()
    ]
    if not found or max(found) < OLDEST:
        raise PostgresMissing(PostgresMissing.__doc__)
    return VERSIONS / str(max(found)) / "bin"


def can_pass(user: str, directory: Path) -> bool:
    """Tell whether a user can reach the folder, or the nearest parent that exists."""
    while not directory.exists():
        directory = directory.parent
    command = [*as_user(user), "--", "test", "-x", str(directory)]
    return subprocess.run(command, check=False).returncode == 0


def as_user(user: str) -> list[str]:
    """Return the beginning of a command that root runs as another user."""
    group = pwd.getpwnam(user).pw_gid
    return ["setpriv", f"--reuid={user}", f"--regid={group}", "--init-groups"]
