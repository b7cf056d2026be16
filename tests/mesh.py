"""The whole mesh as real processes for one test: services, runners, a stub model.

Everything listens on loopback on free ports. Use `async with Mesh.running(...)`; kill what you
like in between.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from conftest import Vhost, fresh_vhost
from infra.native.ports import free_block
from infra.native.postgres import PostgresServer
from infra.native.rabbitmq import RabbitNode
from tests.stub_llm import StubModel
from warren.db.migrate import upgrade

ROOT = Path(__file__).resolve().parent.parent
SERVICE_TOKEN = "a-service-token-for-tests-only"
READY_SECONDS = 60.0
STOP_SECONDS = 40.0


MIGRATIONS = {
    "chat": ROOT / "services/chat-api/chat_api/migrations",
    "registry": ROOT / "services/registry/registry/migrations",
}


def migrated(postgres: PostgresServer, service: str) -> str:
    """Return the name of a migrated database to copy; it is made once on each server."""
    name = f"template_{service}"
    if not postgres.sql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
        postgres.sql(f'CREATE DATABASE "{name}"')
        upgrade(postgres.url(name), MIGRATIONS[service])
    return name


BOTS = ROOT / "tests" / "e2e" / "bots"


@contextmanager
def shared_mesh(folder: Path, node: RabbitNode, postgres: PostgresServer) -> Iterator["Mesh"]:
    """A mesh with one runner and the test bots, for all tests of a module."""
    shutil.copytree(BOTS, folder / "bots")
    with fresh_vhost(node) as vhost, asyncio.Runner() as loop:
        running = Mesh.running(folder, vhost, postgres, folder / "bots")
        made = loop.run(running.__aenter__())
        try:
            yield made
        finally:
            loop.run(running.__aexit__(None, None, None))


@dataclass
class Service:
    """One process and how to start it again."""

    name: str
    module: str
    environment: Mapping[str, str]
    log: Path
    ready_url: str | None
    launcher: Sequence[str] = ()
    process: subprocess.Popen[bytes] | None = None

    def start(self, extra: Mapping[str, str] | None = None) -> None:
        """Start the process; its output goes to the log."""
        environment = {**os.environ, **self.environment, **(extra or {})}
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.launcher, self.module],
                env=environment,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
            )

    def kill(self) -> None:
        """SIGKILL, as a crash would."""
        self.signal(signal.SIGKILL)
        if self.process:
            self.process.wait(10)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal if the process lives."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)

    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None

    async def wait_ready(self) -> None:
        """Return when /readyz says so. Raises with the end of the log when the process dies or is
        late."""
        async with httpx2.AsyncClient(timeout=2) as http:
            for _ in range(int(READY_SECONDS / 0.1)):
                if not self.alive():
                    raise RuntimeError(f"{self.name} ended:\n{self.tail()}")
                try:
                    answer = await http.get(f"{self.ready_url}/readyz")
                    if answer.status_code == 200:
                        return
                except httpx2.TransportError:
                    pass
                await asyncio.sleep(0.1)
        raise RuntimeError(f"{self.name} is not ready after {READY_SECONDS} s:\n{self.tail()}")

    def tail(self, lines: int = 30) -> str:
        """Return the end of the log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


@dataclass
class Mesh:
    """The processes of one mesh and where they listen."""

    folder: Path
    bots: Path
    vhost: Vhost
    model: StubModel
    chat_database: str
    ports: Mapping[str, int]
    launcher: Sequence[str] = ()
    services: dict[str, Service] = field(default_factory=lambda: {})

    @property
    def api(self) -> str:
        """Base of the chat API."""
        return f"http://127.0.0.1:{self.ports['chat']}/api/v1"

    @property
    def registry_api(self) -> str:
        """Base of the registry's API."""
        return f"http://127.0.0.1:{self.ports['registry']}/api/v1"

    @property
    def socket(self) -> str:
        """Where the gateway listens."""
        return f"ws://127.0.0.1:{self.ports['gateway']}/ws"

    @property
    def runners(self) -> list[Service]:
        """The runners that live."""
        return [
            one for name, one in self.services.items() if name.startswith("runner") and one.alive()
        ]

    def add_runner(self, extra: Mapping[str, str] | None = None) -> Service:
        """Start one more runner; it takes work within about three seconds."""
        number = sum(name.startswith("runner") for name in self.services)
        base = self.ports["runner"]
        runner = self._service(
            f"runner{number}",
            "bot_runner",
            "runner",
            {
                "INNER_PORT": str(base),
                "RUNNER_CACHE_DIR": str(self.folder / f"cache{number}"),
                "OPENAI_BASE_URL": self.model.url,
                "OPENAI_API_KEY": f"not-a-key-{number}",  # the model sees which runner asks
            },
            None,
        )
        runner.start(extra)
        return runner

    def add_gateway(self) -> Service:
        """Start a second gateway; wait_ready() tells when it serves."""
        inner = self.ports["gateway2_inner"]
        environment = {"HTTP_PORT": str(self.ports["gateway2"]), "INNER_PORT": str(inner)}
        ready = f"http://127.0.0.1:{inner}"
        gateway = self._service("gateway2", "gateway_ws", "gateway", environment, ready)
        gateway.start()
        return gateway

    def _service(
        self,
        name: str,
        module: str,
        account: str,
        environment: Mapping[str, str],
        ready: str | None,
    ) -> Service:
        common = {
            "AMQP_URL": self.vhost.url(account),
            "SERVICE_TOKEN": SERVICE_TOKEN,
            "PUBLIC_URL": f"http://localhost:{self.ports['public']}",
            "CHAT_API_INNER_URL": f"http://127.0.0.1:{self.ports['chat_inner']}",
            "REGISTRY_INNER_URL": f"http://127.0.0.1:{self.ports['registry_inner']}",
            "LOG_LEVEL": "info",
            "FAILPOINTS": "",
        }
        service = Service(
            name,
            module,
            common | dict(environment),
            self.folder / f"{name}.log",
            ready,
            self.launcher,
        )
        self.services[name] = service
        return service

    async def start(self, databases: Mapping[str, str], runners: int) -> None:
        """Start the services, wait until all are ready, start the runners."""
        for name, module, port in (
            ("chat", "chat_api", "chat"),
            ("registry", "registry", "registry"),
            ("gateway", "gateway_ws", "gateway"),
        ):
            inner = self.ports[f"{port}_inner"]
            environment = {
                "HTTP_PORT": str(self.ports[port]),
                "INNER_PORT": str(inner),
                "BOT_CONFIG_DIR": str(self.bots),
            }
            if name in databases:
                environment["DATABASE_URL"] = databases[name]
            self._service(name, module, name, environment, f"http://127.0.0.1:{inner}").start()
        for name in ("chat", "registry", "gateway"):
            await self.services[name].wait_ready()
        for _ in range(runners):
            self.add_runner()

    async def stop(self) -> None:
        """End every process: SIGTERM, then SIGKILL for those that do not go in time."""
        living = [one for one in self.services.values() if one.alive()]
        for one in living:
            one.signal(signal.SIGCONT)
            one.signal(signal.SIGTERM)
        for one in living:
            assert one.process
            try:
                await asyncio.to_thread(one.process.wait, STOP_SECONDS)
            except subprocess.TimeoutExpired:
                one.kill()

    def logs(self, names: Sequence[str] = ()) -> str:
        """Return the ends of the logs, for a failing test."""
        return "\n".join(
            f"--- {name}\n{one.tail()}"
            for name, one in self.services.items()
            if not names or name in names
        )

    @classmethod
    @asynccontextmanager
    async def running(
        cls,
        folder: Path,
        vhost: Vhost,
        postgres: PostgresServer,
        bots: Path,
        *,
        runners: int = 1,
        model_delay: float = 0.0,
        launcher: Sequence[str] = (),
    ) -> AsyncGenerator["Mesh"]:
        """Start a mesh of its own and end it afterwards, databases included.

        launcher: modules to run before each service's own, such as tests.twice.
        """
        names = {one: f"{vhost.name}_{one}" for one in MIGRATIONS}
        for one, name in names.items():
            template = migrated(postgres, one)
            postgres.sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        first = free_block(30)
        keys = (
            "public",
            "chat",
            "chat_inner",
            "registry",
            "registry_inner",
            "gateway",
            "gateway_inner",
            "gateway2",
            "gateway2_inner",
        )
        ports = {key: first + number for number, key in enumerate(keys)} | {"runner": first + 10}
        databases = {one: postgres.url(name) for one, name in names.items()}
        with StubModel(delay_seconds=model_delay) as model:
            mesh = cls(folder, bots, vhost, model, databases["chat"], ports, launcher)
            try:
                await mesh.start(databases, runners)
                yield mesh
            finally:
                await mesh.stop()
                for name in names.values():
                    postgres.sql(f'DROP DATABASE "{name}" WITH (FORCE)')
