"""A private RabbitMQ node on loopback, beside any other on the machine (infra/README.md).

`make up` lets circus run `epmd_command()` and `command()`; test fixtures call `start()` and
`stop()` and make one vhost per test. Needs Debian's rabbitmq-server; never its system service.
"""

import base64
import json
import os
import secrets
import socket
import string
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from infra.native.processes import await_ready, end, spawn

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # the wrappers in /usr/sbin refuse others
START_SECONDS = 90.0  # 4.5 to 12 s measured on an idle machine; a busy one takes longer
STOP_SECONDS = 30.0  # a stop takes about 6 s, and an early SIGKILL orphans the Erlang machine
PORTS = 5  # amqp, management, prometheus, distribution, epmd
AMQP_HEADER = b"AMQP\x00\x00\x09\x01"

Definitions = Mapping[str, Any]


class RabbitNode:
    """One node: its folder, its five ports from base_port on, and its definitions.

    definitions are imported at every boot, so accounts and queues follow the file. passwords are
    those in the definitions; the account `admin` serves make_vhost and drop_vhost.
    """

    def __init__(
        self,
        directory: Path,
        base_port: int,
        definitions: Definitions,
        passwords: Mapping[str, str],
    ) -> None:
        self.directory = directory.resolve()
        self.amqp_port = base_port
        self.management_port = base_port + 1
        self.prometheus_port = base_port + 2
        self.distribution_port = base_port + 3
        self.epmd_port = base_port + 4
        self.definitions = definitions
        self.passwords = passwords
        self._epmd: subprocess.Popen[bytes] | None = None
        self._server: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """Write the node's files. The cookie is made once; everything else follows the code."""
        home = self.directory / "home"
        for folder in (home, self.directory / "mnesia", self.directory / "log"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        cookie = home / ".erlang.cookie"
        if not cookie.exists():
            letters = string.ascii_letters + string.digits
            cookie.write_text("".join(secrets.choice(letters) for _ in range(24)))
            cookie.chmod(0o400)
        plugins = "[rabbitmq_management,rabbitmq_prometheus].\n"
        (self.directory / "enabled_plugins").write_text(plugins)
        (self.directory / "rabbitmq.conf").write_text(self.configuration())
        definitions = self.directory / "definitions.json"
        definitions.touch(mode=0o600)
        definitions.write_text(json.dumps(self.definitions))

    def configuration(self) -> str:
        """Return the text of rabbitmq.conf."""
        return "\n".join(
            [
                f"listeners.tcp.default = 127.0.0.1:{self.amqp_port}",
                "management.tcp.ip = 127.0.0.1",
                f"management.tcp.port = {self.management_port}",
                "prometheus.tcp.ip = 127.0.0.1",
                f"prometheus.tcp.port = {self.prometheus_port}",
                f"load_definitions = {self.directory}/definitions.json",
                "log.console = true",
                "log.file = false",
                "disk_free_limit.absolute = 50MB",
                "",
            ]
        )

    def environment(self) -> dict[str, str]:
        """Return the variables that keep the node apart from every other on the machine."""
        directory = str(self.directory)
        return {
            "HOME": f"{directory}/home",
            "PATH": os.environ.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
            "LANG": "C.UTF-8",
            "RABBITMQ_NODENAME": f"warren{self.amqp_port}@localhost",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": f"{directory}/rabbitmq.conf",
            "RABBITMQ_MNESIA_BASE": f"{directory}/mnesia",
            "RABBITMQ_LOG_BASE": f"{directory}/log",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{directory}/enabled_plugins",
            "RABBITMQ_DIST_PORT": str(self.distribution_port),
            "ERL_EPMD_PORT": str(self.epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": ("-kernel inet_dist_use_interface {127,0,0,1}"),
        }

    def epmd_command(self) -> list[str]:
        """Return epmd's command line: our own child, else the broker daemonises one."""
        return ["epmd", "-port", str(self.epmd_port), "-address", "127.0.0.1"]

    def command(self) -> list[str]:
        """Return the broker's command line: it stays in the foreground, SIGTERM ends it cleanly."""
        return [str(SERVER)]

    def start(self, timeout_seconds: float = START_SECONDS) -> None:
        """Prepare and start the node as children of this process; return when AMQP answers."""
        self.prepare()
        log = self.log
        self._epmd = spawn(self.epmd_command(), log, self.environment(), with_parent=True)
        self._server = spawn(self.command(), log, self.environment(), with_parent=True)
        server = self._server
        try:
            await_ready(
                self.ready,
                "RabbitMQ",
                log,
                timeout_seconds,
                lambda: server.poll() is None,
            )
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the node and its epmd. Its data stays. Does nothing when it does not run."""
        if self._server is not None:
            end(self._server, STOP_SECONDS)
        if self._epmd is not None:
            end(self._epmd, 5)
        self._server = self._epmd = None

    @property
    def log(self) -> Path:
        """Where a node started by start() writes what it has to say."""
        return self.directory / "log" / "rabbitmq.log"

    def ready(self) -> bool:
        """Tell whether AMQP and the management API both answer."""
        return amqp_answers(self.amqp_port) and self._management_answers()

    def url(self, account: str, vhost: str = "/") -> str:
        """Return the AMQP URL of an account on a vhost."""
        path = "" if vhost == "/" else quote(vhost, safe="")
        return f"amqp://{account}:{self.passwords[account]}@127.0.0.1:{self.amqp_port}/{path}"

    def make_vhost(self, name: str) -> None:
        """Make a vhost that holds everything the definitions put into "/", rights included."""
        definitions = for_vhost(self.definitions, name)
        self.management("POST", "/api/definitions", definitions)

    def drop_vhost(self, name: str) -> None:
        """Delete a vhost with its queues and connections. An absent one is not an error."""
        try:
            self.management("DELETE", f"/api/vhosts/{quote(name, safe='')}")
        except urllib.error.HTTPError as exc:
            if exc.code != 404:
                raise

    def management(self, method: str, path: str, body: object = None) -> Any:
        """Call the management API as `admin`; return the decoded answer, None when empty."""
        token = base64.b64encode(f"admin:{self.passwords['admin']}".encode()).decode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.management_port}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Basic {token}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def _management_answers(self) -> bool:
        try:
            self.management("GET", "/api/whoami")
        except (OSError, ValueError):
            return False
        return True


def amqp_answers(port: int) -> bool:
    """Shake hands as an AMQP client would: the broker's connection.start is a method frame."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(AMQP_HEADER)
            return connection.recv(1) == b"\x01"
    except OSError:
        return False


def for_vhost(definitions: Definitions, name: str) -> dict[str, Any]:
    """Return the definitions moved from "/" into another vhost, without the accounts.

    A global import is used because a vhost's own import leaves permissions out.
    """
    moved: dict[str, Any] = {"vhosts": [{"name": name}]}
    for key, entries in definitions.items():
        if key in ("vhosts", "users") or not isinstance(entries, list):
            continue
        moved[key] = [{**entry, "vhost": name} for entry in entries if entry.get("vhost") == "/"]
    return moved
