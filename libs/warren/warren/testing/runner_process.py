"""A real bot-runner process with its log in a file: for tests and benchmarks."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SERVICE_TOKEN = "a-token-of-tests-only"
END_SECONDS = 45.0


@dataclass(frozen=True)
class RunnerProcess:
    """One running process. Whoever starts it ends it."""

    process: subprocess.Popen[bytes]
    log: Path
    port: int

    @classmethod
    def start(
        cls, amqp_url: str, registry_url: str, folder: Path, port: int, more: Mapping[str, str]
    ) -> "RunnerProcess":
        """Start a runner with its inner port, cache and log in folder; `more` is environment."""
        environment = {
            **os.environ,
            "AMQP_URL": amqp_url,
            "SERVICE_TOKEN": SERVICE_TOKEN,
            "REGISTRY_INNER_URL": registry_url,
            "RUNNER_CACHE_DIR": str(folder / "cache"),
            "INNER_PORT": str(port),
            **more,
        }
        log = folder / f"runner-{port}.log"
        with log.open("wb") as out:
            command = [sys.executable, "-m", "bot_runner"]
            process = subprocess.Popen(command, env=environment, stdout=out, stderr=out)
        return cls(process, log, port)

    @property
    def text(self) -> str:
        """What it has logged."""
        return self.log.read_text()

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    def inner(self, path: str) -> tuple[int, str]:
        """Return status and body of a route of its inner port; status 0 when nobody answers."""
        address = f"http://127.0.0.1:{self.port}{path}"
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def is_serving(self, kinds: int) -> bool:
        """Return whether it is ready and consumes so many kinds. Raises when it has ended."""
        if not self.alive:
            raise RuntimeError(f"the runner ended: {self.text[-4000:]}")
        return self.text.count("kind.consumed") >= kinds and self.inner("/readyz")[0] == 200

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait(10)

    def terminate(self) -> int:
        """Ask it to end; return its exit status when it has."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(END_SECONDS)
