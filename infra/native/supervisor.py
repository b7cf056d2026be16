"""circus, the process supervisor: start it, give it watchers, scale them, end it.

It restarts what crashes (about 1 s) and scales live. Its control socket lies in a folder that
only its owner can open, since whoever reaches it can run any command.
"""

import hashlib
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, cast

from circus.client import CircusClient
from circus.exc import CallError

from infra.native.plan import Plan
from infra.native.processes import NotReady, await_ready
from infra.native.watchers import Watcher, inherited, options

LONGEST_SOCKET_PATH = 100  # the kernel's limit for a Unix socket is 107 bytes
ANSWER_SECONDS = 10.0
FORK_SECONDS = 20.0
BUSY_SECONDS = 60.0  # longer than a runner's drain, during which circus takes no command


class Refused(Exception):
    """circus answered a command with an error."""


class Supervisor:
    """The circus daemon of one clone. Every method but start() needs it to run."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.sockets = socket_folder(plan.run)
        self.endpoint = f"ipc://{self.sockets}/control"
        self.log = plan.logs / "circus.log"

    def runs(self) -> bool:
        """Tell whether the daemon answers."""
        if not (self.sockets / "control").exists():
            return False
        try:
            self._call("numwatchers", timeout_seconds=2.0)
        except (CallError, Refused):
            return False
        return True

    def start(self) -> None:
        """Start the daemon without watchers; return when it answers. Raises NotReady."""
        self.sockets.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.sockets.chmod(0o700)
        if self.sockets.stat().st_uid != os.getuid():
            raise NotReady(f"{self.sockets} belongs to somebody else: remove it")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        config = self.plan.run / "circus.ini"
        config.write_text(daemon_config(self.sockets))
        with self.log.open("ab") as output:
            process = subprocess.Popen(
                [str(self.plan.python), "-m", "circus.circusd", str(config)],
                cwd=self.plan.root,
                env=inherited(os.environ, self.plan.run),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        await_ready(self.runs, "circus", self.log, FORK_SECONDS, lambda: process.poll() is None)

    def add(self, watcher: Watcher) -> None:
        """Make a watcher known, and started, unless it is known already."""
        if watcher.name not in self.counts():
            self._call(
                "add",
                name=watcher.name,
                cmd=watcher.command[0],
                args=list(watcher.command[1:]),
                options=options(watcher, self.plan),
            )
        if self.status().get(watcher.name) != "active":
            self._call("start", name=watcher.name)

    def status(self) -> dict[str, str]:
        """Return watcher to "active" or "stopped"."""
        return dict(self._call("status")["statuses"])

    def counts(self) -> dict[str, int]:
        """Return watcher to the number of processes that it should run."""
        names: list[str] = self._call("list")["watchers"]
        return {name: self._call("numprocesses", name=name)["numprocesses"] for name in names}

    def pids(self, name: str) -> list[int]:
        """Return the pids of a watcher's processes."""
        return list(self._call("list", name=name)["pids"])

    def scale(self, name: str, count: int) -> None:
        """Set how many processes a watcher runs; those too many are asked to end and drain."""
        self._call("set", name=name, options={"numprocesses": count})

    def remove(self, name: str, grace_seconds: float) -> None:
        """Stop a watcher and forget it."""
        self.stop(name, grace_seconds)
        self._call("rm", name=name)

    def stop(self, name: str, grace_seconds: float) -> None:
        """Stop a watcher's processes and return when they have ended."""
        self._call("stop", name=name, waiting=True, timeout_seconds=grace_seconds + ANSWER_SECONDS)

    def restart(self, name: str) -> None:
        """Restart a watcher's processes."""
        self._call("restart", name=name, waiting=True, timeout_seconds=60)

    def quit(self) -> None:
        """End the daemon and whatever it still runs; return when it is gone."""
        try:
            self._call("quit", waiting=False)
        except CallError:
            return
        deadline = time.monotonic() + FORK_SECONDS
        while self.runs() and time.monotonic() < deadline:
            time.sleep(0.1)

    def _call(
        self, command: str, *, timeout_seconds: float = ANSWER_SECONDS, **properties: Any
    ) -> dict[str, Any]:
        """Send a command; while circus is busy with another one, wait and ask again."""
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            client = CircusClient(endpoint=self.endpoint, timeout=timeout_seconds)
            try:
                answer = cast("dict[str, Any]", client.send_message(command, **properties))
            finally:
                client.stop()
            if answer.get("status") != "error":
                return answer
            reason = str(answer["reason"])
            if "already running" not in reason or time.monotonic() > deadline:
                name = properties.get("name", "")
                raise Refused(f"circus refused {command} {name}: {reason}")
            time.sleep(0.2)


def socket_folder(run: Path) -> Path:
    """Return where the control sockets lie: .run/circus, or a short private folder instead."""
    folder = run / "circus"
    if len(f"{folder}/control") <= LONGEST_SOCKET_PATH:
        return folder
    mark = hashlib.sha256(str(run).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"warren-{os.getuid()}-{mark}"


def daemon_config(sockets: Path) -> str:
    """Return the daemon's own settings; the watchers are added by command."""
    return "\n".join(
        [
            "[circus]",
            "check_delay = 1",
            f"endpoint = ipc://{sockets}/control",
            f"pubsub_endpoint = ipc://{sockets}/events",
            "statsd = false",
            "loglevel = info",
            "",
        ]
    )
