"""One runner from start to end: connect, serve kinds, and at SIGTERM finish what runs, then go."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from bot_runner import control
from bot_runner.attempts import Attempts
from bot_runner.cancelled import CancelledRuns
from bot_runner.colleagues import Colleagues
from bot_runner.heartbeat import Heartbeats
from bot_runner.identity import APP_ID, Identity
from bot_runner.isolation import Isolation
from bot_runner.memories import Memories
from bot_runner.outages import Outages
from bot_runner.pipeline import PipelineCache
from bot_runner.revisions import RevisionCache, RevisionFetcher
from bot_runner.sender import Sender
from bot_runner.serving import Serving
from bot_runner.settings import RunnerSettings
from bot_runner.settling import Settling
from bot_runner.tally import Tally
from bot_runner.watchdog import Watchdog
from bot_runner.worker import Parts, Worker
from warren.app.inner_client import InnerClient
from warren.broker.connection import Broker, connect
from warren.broker.hints import Hints
from warren.broker.publisher import Publisher
from warren.contracts.registry import Heartbeat
from warren.logging import get_logger

log = get_logger(__name__)

THREADS = 64  # plain steps at once; threads are made when needed
LOOK_SECONDS = 1.0


class Runner:
    """What one process is made of. `why_not_ready` answers /readyz at any time."""

    def __init__(
        self, settings: RunnerSettings, identity: Identity, recycle: asyncio.Event
    ) -> None:
        self._settings = settings
        self._identity = identity
        self._recycle = recycle
        self._client = InnerClient(
            settings.registry_inner_url, settings.service_token.get_secret_value()
        )
        self._memories = Memories(
            settings.chat_api_inner_url, settings.service_token.get_secret_value()
        )
        self._fetcher = RevisionFetcher(self._client)
        self._colleagues = Colleagues(self._client)
        self._pipelines = PipelineCache(RevisionCache(settings.runner_cache_dir, self._fetcher))
        self._tally = Tally()
        self._heartbeats = Heartbeats(self._client, identity, self._state, self._heard)
        self._broker: Broker | None = None
        self._serving: Serving | None = None
        self._sender: Sender | None = None
        self._stopping = False

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until stop or recycle is set, then drain. Returns when everything is closed."""
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(THREADS, "step"))
        url = self._settings.amqp_url.get_secret_value()
        try:
            async with connect(url, APP_ID) as broker, asyncio.TaskGroup() as tasks:
                await self._serve(broker, tasks, stop)
        finally:
            await self._memories.close()
            await self._client.close()

    @property
    def connected(self) -> bool:
        """Whether the broker has been reached once."""
        return self._broker is not None

    async def why_not_ready(self) -> str | None:
        """Say why steps are not worked on now, or None."""
        if self._stopping:
            return "the runner is ending: it finishes what it has begun"
        if self._broker is None or not self._broker.connected:
            return "the broker cannot be reached"
        if not self._heartbeats.answered:
            return "the registry does not answer"
        if self._fetcher.waiting or self._colleagues.waiting:
            return "a revision is waited for: the registry does not answer"
        if self._sender and self._sender.waiting:
            return "the broker does not confirm what is published"
        if self._serving and self._serving.lacking:
            return "no queue is consumed though there are kinds to serve"
        return None

    async def _serve(self, broker: Broker, tasks: asyncio.TaskGroup, stop: asyncio.Event) -> None:
        cancelled, attempts = CancelledRuns(), Attempts(self._recycle)
        self._broker, self._sender = broker, Sender(Publisher(broker, APP_ID))
        hints = Hints(broker, APP_ID)
        outages = Outages(self._settings.circuit, hints, tasks)
        settling = Settling(
            self._identity.runner, self._sender, self._colleagues, outages, self._tally
        )
        worker = Worker(
            Parts(
                runner=self._identity.runner,
                pipelines=self._pipelines,
                attempts=attempts,
                isolation=Isolation(),
                cancelled=cancelled,
                outages=outages,
                memories=self._memories,
                settling=settling,
                sender=self._sender,
                hints=hints,
                tasks=tasks,
                tally=self._tally,
            )
        )
        serving = self._serving = Serving(
            broker, worker.handle, self._settings.only_kinds, self._pipelines.concurrency
        )
        hearing = tasks.create_task(
            control.listen(broker, self._identity.runner, cancelled, attempts)
        )
        beating = tasks.create_task(self._heartbeats.run())
        looking = tasks.create_task(serving.run(tasks))
        watchdog = Watchdog(attempts.running, self._settings.still_seconds)
        watching = tasks.create_task(watchdog.run())
        log.info("runner started", event_name="runner.started", runner=self._identity.runner)
        await self._until_end(stop, serving)
        self._stopping = True
        looking.cancel()
        await serving.stop(self._settings.drain_seconds)
        hearing.cancel()
        watching.cancel()
        beating.cancel()
        await self._heartbeats.goodbye()
        log.info("runner ended", event_name="runner.ended", runner=self._identity.runner)

    async def _until_end(self, stop: asyncio.Event, serving: Serving) -> None:
        """Return when the process is told to end, or must be started anew."""
        while not stop.is_set() and not self._recycle.is_set():
            if serving.deaf():
                log.error("nothing could be consumed for too long, starting anew")
                self._recycle.set()
                return
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await stop.wait()
            except TimeoutError:
                continue

    def _state(self, identity: Identity) -> Heartbeat:
        return Heartbeat(
            runner=identity.runner,
            kinds=self._serving.kinds if self._serving else (),
            serves_all=self._settings.serves_all,
            busy=self._tally.busy,
            ready=not self._stopping and bool(self._broker and self._broker.connected),
            host=identity.host,
            started_at=identity.started_at,
        )

    def _heard(self, kinds: tuple[str, ...]) -> None:
        if self._serving:
            self._serving.set_in_use(kinds)
