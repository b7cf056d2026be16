"""Pipeline hops per second of a real runner beside a bare aio-pika consumer, on one broker."""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import aio_pika
import orjson

from bench.payloads import STEPS, payload, step_source
from bench.processes import cpu_seconds, tree
from infra.native.ports import free_block
from infra.native.rabbitmq import PORTS, RabbitNode
from warren.broker.connection import Broker, connect
from warren.broker.declare import declare_kind
from warren.broker.definitions import render
from warren.broker.publisher import Outgoing, Publisher
from warren.broker.rights import ACCOUNTS
from warren.broker.topology import CHAT_OUTCOMES
from warren.testing.commands import as_outgoing, first_command
from warren.testing.registry_double import RegistryDouble, revision_of
from warren.testing.runner_process import RunnerProcess

RUN_SECONDS = 180.0  # a run that takes longer is given up
PREFIX = "bench"


@dataclass(frozen=True)
class Result:
    """One run: payloads a second, and CPU per hop of worker and broker."""

    name: str
    payloads_per_second: float
    worker_ms_per_hop: float
    broker_ms_per_hop: float


@dataclass
class Arena:
    """What both runs share: the broker, the registry double, a folder, the size."""

    node: RabbitNode
    registry: RegistryDouble
    folder: Path
    count: int
    broker: Broker

    def __post_init__(self) -> None:
        self.publisher = Publisher(self.broker, "bench")
        self.broker_pids = [pid for pid in tree(os.getpid()) if pid != os.getpid()]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the workload's options."""
    parser.add_argument("--payloads", type=int, default=1500, help="a run; each makes 6 hops")
    parser.add_argument("--rounds", type=int, default=1, help="times A B B A")
    parser.add_argument("--concurrency", type=int, default=10, help="of the step class")
    parser.add_argument("--only", choices=("runner", "bare"), help="without the comparison")


def run(chosen: argparse.Namespace) -> None:
    """Start a private broker, measure in turns, print each run and at last the ratio."""
    passwords = {one.name: "bench" for one in ACCOUNTS}
    with tempfile.TemporaryDirectory(prefix="warren-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        node = RabbitNode(folder / "rabbitmq", free_block(PORTS), render(passwords), passwords)
        node.start()
        try:
            asyncio.run(_measure(node, folder, chosen))
        finally:
            node.stop()


async def _measure(node: RabbitNode, folder: Path, chosen: argparse.Namespace) -> None:
    turns = ["runner", "bare", "bare", "runner"] * chosen.rounds
    turns = [each for each in turns if chosen.only in (None, each)]
    source = step_source(chosen.concurrency)
    classes = [f"Hop{number}" for number in range(1, STEPS + 1)]
    revision = revision_of(
        "bench", [{"class": each} for each in classes], dict.fromkeys(classes, source)
    )
    results: list[Result] = []
    with RegistryDouble([revision]) as registry:
        async with connect(node.url("admin"), "bench") as broker:
            arena = Arena(node, registry, folder, chosen.payloads, broker)
            for each in classes:
                await declare_kind(broker, each.lower())
            await _declare_bare(broker)
            for each in turns:
                results.append(await (_runner(arena) if each == "runner" else _bare(arena)))
                print(_line(results[-1]), flush=True)
    rates = {
        name: statistics.median(r.payloads_per_second for r in results if r.name == name)
        for name in dict.fromkeys(turns)
    }
    if len(rates) == 2:
        print(f"hop ratio {rates['runner'] / rates['bare']:.2f}")


async def _declare_bare(broker: Broker) -> None:
    lane = await broker.publishing.lane()
    for name in (*(f"{PREFIX}.{number}" for number in range(1, STEPS + 1)), f"{PREFIX}.done"):
        await lane.ask(
            lane.queue_declare, queue=name, durable=True, arguments={"x-queue-type": "quorum"}
        )
    await lane.shut()


async def _runner(arena: Arena) -> Result:
    (revision,) = arena.registry.revisions.values()

    def message(number: int) -> Outgoing:
        return as_outgoing(first_command(revision, payload=payload(number), stream=False))

    await _fill(arena, message)
    runner = RunnerProcess.start(
        arena.node.url("runner"), arena.registry.url, arena.folder, free_block(),
        {},
    )  # fmt: skip
    try:
        return await _clock(arena, "runner", runner.process.pid, CHAT_OUTCOMES, runner.log)
    finally:
        runner.terminate()


async def _bare(arena: Arena) -> Result:
    def message(number: int) -> Outgoing:
        body = orjson.dumps(payload(number))
        return Outgoing("", f"{PREFIX}.1", body, "bench", str(number))

    await _fill(arena, message)
    log = arena.folder / "bare.log"
    process = _start_bare(arena, log)
    try:
        return await _clock(arena, "bare", process.pid, f"{PREFIX}.done", log)
    finally:
        process.terminate()
        process.wait(10)


def _start_bare(arena: Arena, log: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "bench.bare_worker", arena.node.url("admin"), PREFIX]
    with log.open("wb") as out:
        return subprocess.Popen(command, stdout=out)


def _says_ready(log: Path) -> bool:
    text = log.read_text()
    return "kind.consumed" in text or "ready\n" in text


async def _fill(arena: Arena, message: Callable[[int], Outgoing]) -> None:
    """Put all payloads into the first queue, a hundred confirms at a time."""
    for start in range(0, arena.count, 100):
        async with asyncio.TaskGroup() as tasks:
            for number in range(start, min(start + 100, arena.count)):
                tasks.create_task(arena.publisher.publish(message(number)))


async def _clock(arena: Arena, name: str, pid: int, done: str, log: Path) -> Result:
    """Measure from the worker's first sign of consuming to the last arrival."""
    async with asyncio.timeout(RUN_SECONDS):
        async with await aio_pika.connect(arena.node.url("admin")) as connection:
            channel = await connection.channel()
            queue = await channel.get_queue(done, ensure=False)
            arrived, finished = 0, asyncio.Event()

            async def count(incoming: aio_pika.abc.AbstractIncomingMessage) -> None:
                nonlocal arrived
                arrived += 1
                if arrived == arena.count:
                    assert incoming.body.count(f"hop{STEPS}".encode()) or done != CHAT_OUTCOMES
                    finished.set()

            await queue.consume(count, no_ack=True)
            while not _says_ready(log):
                await asyncio.sleep(0.002)
            begin, worker, broker = (
                time.perf_counter(),
                cpu_seconds([pid]),
                cpu_seconds(arena.broker_pids),
            )
            await finished.wait()
            seconds = time.perf_counter() - begin
    hops = arena.count * STEPS
    return Result(
        name,
        arena.count / seconds,
        1000 * (cpu_seconds([pid]) - worker) / hops,
        1000 * (cpu_seconds(arena.broker_pids) - broker) / hops,
    )


def _line(result: Result) -> str:
    hops = result.payloads_per_second * STEPS
    return (
        f"{result.name:7} {result.payloads_per_second:7.0f} payloads/s {hops:7.0f} hops/s"
        f"   worker {result.worker_ms_per_hop:.3f} ms/hop"
        f"   broker {result.broker_ms_per_hop:.3f} ms/hop"
    )
