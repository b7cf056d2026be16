"""The path of one step: read, find the class, run, publish, and only then let the delivery go.

The consumer acks when `handle` returns. Order within one message: replies confirmed, then the next
command confirmed, then the ack (design §3.5). Every id is made from the slip, so a message that is
published twice is the same message.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from bot_runner import outgoing
from bot_runner.attempts import Attempts, Result, RunCancelled
from bot_runner.breaker import Wait
from bot_runner.cancelled import CancelledRuns
from bot_runner.fault import Fault, describe, facts
from bot_runner.incoming import Job, Unreadable, read, seconds_until
from bot_runner.isolated import IsolatedJob
from bot_runner.isolation import Isolation
from bot_runner.memories import Memories
from bot_runner.outages import Outages
from bot_runner.pipeline import Pipeline, PipelineCache, ReadyStep
from bot_runner.progress import Standing, StepProgress
from bot_runner.retry import SLACK_SECONDS
from bot_runner.revisions import RevisionGone
from bot_runner.sender import Sender
from bot_runner.settling import Settling
from bot_runner.standstill import Asks, Waits
from bot_runner.tally import Tally
from bot_runner.waiting import expired
from warren.broker.delivery import Delivery
from warren.broker.hints import Hints
from warren.contracts.registry import StepCard
from warren.errors import BrokerUnavailable
from warren.logging import get_logger
from warren.step.errors import BrokenStep

log = get_logger(__name__)

MAX_LOG_ERROR_CHARS = 300


@dataclass(frozen=True)
class Parts:
    """What a worker works with."""

    runner: str
    pipelines: PipelineCache
    attempts: Attempts
    isolation: Isolation
    cancelled: CancelledRuns
    outages: Outages
    memories: Memories
    settling: Settling
    sender: Sender
    hints: Hints
    tasks: asyncio.TaskGroup
    tally: Tally


class Worker:
    """Handles step commands. One instance serves all kinds; it keeps nothing of a message."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._settling = parts.settling

    async def handle(self, delivery: Delivery) -> None:
        """Settle one delivery: forwarded, retried, dead or dropped. Returning means: ack it."""
        try:
            job = read(delivery)
        except Unreadable as fault:
            return await self._settling.bury_unread(delivery, fault)
        command, now = job.command, datetime.now(UTC)
        if self._parts.cancelled.covers(command.turn_id, command.run):
            return self._parts.tally.cancelled(command)
        wait = seconds_until(job.not_before, now)
        if wait > SLACK_SECONDS:
            return await self._parts.sender.send(outgoing.still_waiting(job, wait))
        if now > command.deadline:
            return await self._settling.bury(job, expired(job, now), now)
        try:
            pipeline = await self._parts.pipelines.get(command.revision)
            card = pipeline.card(command.position)
            # A suspect's code must not run here: even its import may be what kills.
            unready = job.suspect or job.instead is not None
            steps = self._parts.pipelines
            ready = None if unready else await steps.step(pipeline, command.position)
        except (RevisionGone, BrokenStep) as error:
            return await self._settling.bury(job, Fault(reason="gone", facts=facts(error)), now)
        try:
            return await self._work(job, pipeline, card, ready)
        except (BrokerUnavailable, asyncio.CancelledError):  # the delivery is held or comes again
            raise
        except BaseException as error:  # running it again and again would help nobody
            log.exception("a step cannot be settled", turn=str(command.turn_id))
            return await self._settling.bury(job, describe(error), now)

    async def _work(
        self, job: Job, pipeline: Pipeline, card: StepCard, ready: ReadyStep | None
    ) -> None:
        """Run the step and settle the job by what comes of it. ready is None for a suspect."""
        command, outages = job.command, self._parts.outages
        if job.instead is not None:
            now = datetime.now(UTC)
            return await self._settling.settle_instead(job, pipeline, job.instead, now)
        go = outages.enter(job, ready)
        if isinstance(go, Wait):
            return await self._settling.wait(job, pipeline, go)
        started = datetime.now(UTC)
        result: Result | None = None
        try:
            with self._parts.tally.running(command, started):
                result = await self._attempt(job, pipeline, ready, card)
        except RunCancelled:
            self._parts.tally.cancelled(command)
        finally:
            away = outages.leave(job, ready, go, result)
        match result:
            case None:
                return None
            case Fault():
                return await self._settling.failed(job, pipeline, result, started, away)
            case Waits():
                return await self._settling.ask(job, pipeline, result, started)
            case Asks():
                return await self._settling.delegate(job, pipeline, result, started)
            case _:
                return await self._settling.settle(job, pipeline, result, started)

    async def _attempt(
        self, job: Job, pipeline: Pipeline, ready: ReadyStep | None, card: StepCard
    ) -> Result:
        command = job.command
        key = str(job.id)
        activity = ready.activity if ready else card.id
        standing = Standing(command.position + 1, len(pipeline.cards), activity)
        with StepProgress(self._parts.hints, self._parts.tasks, job, standing) as progress:
            if ready is None:
                # Code of an author's own is not given our token.
                own = any(one.class_name == card.class_name for one in pipeline.revision.sources)
                return await self._parts.isolation.run(
                    IsolatedJob(
                        revision=pipeline.revision,
                        position=command.position,
                        payload=command.payload,
                        timeout_seconds=card.timeout_seconds,
                        idempotency_key=key,
                        attempt=job.attempt,
                        answer=command.answer,
                        memory=None if own else self._parts.memories.access(command),
                    )
                )
            # What a bot writes for the bot that asked it is not for the people to see.
            emit = progress.emit if command.stream and not command.stack else None
            memory = self._parts.memories.of(command)
            return await self._parts.attempts.run(
                ready.step, job, card.timeout_seconds, key, emit, memory
            )
