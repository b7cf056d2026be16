"""The path of one step: read, find the class, run, publish, and only then let the delivery go.

The consumer acks when `handle` returns. Order within one message: replies confirmed, then the next
command confirmed, then the ack (design §3.5). Every id is made from the slip, so a message that is
published twice is the same message.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from bot_runner import outgoing
from bot_runner.attempts import Attempts, RunCancelled
from bot_runner.breaker import Wait
from bot_runner.cancelled import CancelledRuns
from bot_runner.fault import Fault, describe, facts, plain
from bot_runner.incoming import Job, Unreadable, read, seconds_until
from bot_runner.isolated import IsolatedJob
from bot_runner.isolation import Isolation
from bot_runner.outages import Outages
from bot_runner.outgoing import NotText, TooLarge
from bot_runner.pipeline import Pipeline, PipelineCache, ReadyStep
from bot_runner.progress import Standing, StepProgress
from bot_runner.retry import SLACK_SECONDS, Dead, Hold, decide, wait_for_host
from bot_runner.revisions import RevisionGone
from bot_runner.sender import Sender
from bot_runner.tally import Tally
from bot_runner.waiting import expired, unreachable, waiting
from warren.broker.delivery import Delivery
from warren.broker.hints import Hints
from warren.broker.publisher import Outgoing
from warren.contracts.base import JsonObject
from warren.contracts.outcome import OutcomeReply, TurnEnd
from warren.contracts.registry import StepCard
from warren.contracts.slip import AttemptOutcome, LogEntry
from warren.errors import BrokerUnavailable, Permanent
from warren.failpoints import hit
from warren.logging import get_logger
from warren.step.errors import BadOutput, BrokenStep
from warren.step.patch import diff
from warren.step.replies import Reply, take_reply

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
    sender: Sender
    hints: Hints
    tasks: asyncio.TaskGroup
    tally: Tally


class Worker:
    """Handles step commands. One instance serves all kinds; it keeps nothing of a message."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def handle(self, delivery: Delivery) -> None:
        """Settle one delivery: forwarded, retried, dead or dropped. Returning means: ack it."""
        try:
            job = read(delivery)
        except Unreadable as fault:
            return await self._bury_unread(delivery, fault)
        command, now = job.command, datetime.now(UTC)
        if self._parts.cancelled.covers(command.turn_id, command.run):
            return self._parts.tally.cancelled(command)
        wait = seconds_until(job.not_before, now)
        if wait > SLACK_SECONDS:
            return await self._parts.sender.send(outgoing.still_waiting(job, wait))
        if now > command.deadline:
            return await self._bury(job, expired(job, now), now)
        try:
            pipeline = await self._parts.pipelines.get(command.revision)
            card = pipeline.card(command.position)
            # A suspect's code must not run here: even its import may be what kills.
            steps = self._parts.pipelines
            ready = None if job.suspect else await steps.step(pipeline, command.position)
        except (RevisionGone, BrokenStep) as error:
            return await self._bury(job, Fault(reason="gone", facts=facts(error)), now)
        try:
            return await self._work(job, pipeline, card, ready)
        except (BrokerUnavailable, asyncio.CancelledError):  # the delivery is held or comes again
            raise
        except BaseException as error:  # running it again and again would help nobody
            log.exception("a step cannot be settled", turn=str(command.turn_id))
            return await self._bury(job, describe(error), now)

    async def _work(
        self, job: Job, pipeline: Pipeline, card: StepCard, ready: ReadyStep | None
    ) -> None:
        """Run the step and settle the job by what comes of it. ready is None for a suspect."""
        command, outages = job.command, self._parts.outages
        go = outages.enter(job, ready)
        if isinstance(go, Wait):
            return await self._wait(job, pipeline, go)
        started = datetime.now(UTC)
        result: JsonObject | Fault | None = None
        try:
            with self._parts.tally.running(command, started):
                result = await self._attempt(job, pipeline, ready, card)
        except RunCancelled:
            self._parts.tally.cancelled(command)
        finally:
            away = outages.leave(job, ready, go, result)
        if result is None:
            return None
        if isinstance(result, Fault):
            return await self._failed(job, pipeline, result, started, away)
        try:
            messages = self._made(job, pipeline, result, started)
        except (BadOutput, TooLarge, NotText) as error:
            return await self._failed(job, pipeline, _of_output(error), started)
        await self._forward(*messages)
        self._parts.tally.ended(command, "done")
        return None

    async def _attempt(
        self, job: Job, pipeline: Pipeline, ready: ReadyStep | None, card: StepCard
    ) -> JsonObject | Fault:
        command = job.command
        key = str(job.id)
        activity = ready.activity if ready else card.id
        standing = Standing(command.position + 1, len(pipeline.cards), activity)
        with StepProgress(self._parts.hints, self._parts.tasks, job, standing) as progress:
            if ready is None:
                return await self._parts.isolation.run(
                    IsolatedJob(
                        revision=pipeline.revision,
                        position=command.position,
                        payload=command.payload,
                        timeout_seconds=card.timeout_seconds,
                        idempotency_key=key,
                        attempt=job.attempt,
                    )
                )
            emit = progress.emit if command.stream else None
            return await self._parts.attempts.run(ready.step, job, card.timeout_seconds, key, emit)

    def _made(
        self,
        job: Job,
        pipeline: Pipeline,
        result: JsonObject,
        started: datetime,
    ) -> tuple[Outgoing | None, Outgoing | None]:
        """Return the outcome and the next command that a good result makes; either may be absent.

        Raises BadOutput, TooLarge, NotText.
        """
        command, before = job.command, job.command.payload
        payload, reply = take_reply(result, command.step)
        replies = _replies(reply)
        entry = self._entry(job, started, "done", patch=diff(before, payload))
        first_input = before if command.first_input is None else command.first_input
        if pipeline.is_last(command.position):
            end = TurnEnd(first_input=first_input, log=(*command.log, entry))
            return outgoing.outcome(job, replies, payload, end), None
        card = pipeline.card(command.position + 1)
        following = outgoing.next_command(job, payload, entry, first_input, card)
        return (outgoing.outcome(job, replies, payload, None) if replies else None), following

    async def _forward(self, outcome: Outgoing | None, following: Outgoing | None) -> None:
        if outcome is not None:
            hit("runner.before_outcome")
            await self._parts.sender.send(outcome)
            hit("runner.after_outcome")
        if following is not None:
            hit("runner.before_next")
            await self._parts.sender.send(following)
            hit("runner.after_next")

    async def _wait(self, job: Job, pipeline: Pipeline, wait: Wait) -> None:
        """Let a step whose host is away go round on a rung, or bury it while the cause is known."""
        now = datetime.now(UTC)
        delay = wait_for_host(wait.open_seconds, None, seconds_until(job.command.deadline, now))
        if delay is None:
            return await self._bury(job, unreachable(wait), now)
        return await self._hold(job, pipeline, wait, delay)

    async def _hold(
        self,
        job: Job,
        pipeline: Pipeline,
        wait: Wait,
        delay: float,
        entry: LogEntry | None = None,
    ) -> None:
        self._parts.outages.tell(job, wait.host, len(pipeline.cards), delay)
        await self._parts.sender.send(waiting(job, wait, delay, datetime.now(UTC), entry))
        hit("runner.after_rung")

    async def _failed(
        self,
        job: Job,
        pipeline: Pipeline,
        fault: Fault,
        started: datetime,
        away: Wait | None = None,
    ) -> None:
        """Settle a failed attempt. away: its host is known to be away, so it does not count."""
        command, now = job.command, datetime.now(UTC)
        attempts = pipeline.card(command.position).attempts
        left = seconds_until(command.deadline, now)
        open_seconds = away.open_seconds if away else None
        decision = decide(fault, job.attempt, attempts, left, _alike(job, fault), open_seconds)
        if isinstance(decision, Dead):
            return await self._bury(job, fault, started)
        if isinstance(decision, Hold) and away is not None:
            entry = self._entry(job, started, "held", fault)
            await self._hold(job, pipeline, away, decision.delay_seconds, entry)
        else:
            entry = self._entry(job, started, "retried", fault)
            await self._parts.sender.send(outgoing.retry(job, entry, decision.delay_seconds, now))
            hit("runner.after_rung")
        self._parts.tally.ended(command, "retried", fault)
        return None

    async def _bury(self, job: Job, fault: Fault, started: datetime) -> None:
        entry = self._entry(job, started, "dead", fault)
        message = outgoing.letter(job, fault, entry, self._parts.runner)
        hit("runner.before_dead")
        await self._parts.sender.send(message)
        self._parts.tally.ended(job.command, "dead", fault)

    async def _bury_unread(self, delivery: Delivery, fault: Unreadable) -> None:
        message = outgoing.unread_letter(delivery, fault, self._parts.runner, datetime.now(UTC))
        hit("runner.before_dead")
        await self._parts.sender.send(message)
        log.warning("a message could not be read", event_name="step.unread", reason=fault.reason)

    def _entry(
        self,
        job: Job,
        started: datetime,
        outcome: AttemptOutcome,
        fault: Fault | None = None,
        patch: tuple[JsonObject, ...] = (),
    ) -> LogEntry:
        command = job.command
        error = fault and f"{fault.facts.type}: {fault.facts.text}"[:MAX_LOG_ERROR_CHARS]
        return LogEntry(
            step=command.step,
            kind=command.kind,
            path=command.path,
            position=command.position,
            attempt=job.attempt,
            revision=command.revision,
            runner=self._parts.runner,
            queued_at=command.queued_at,
            started_at=started,
            ended_at=datetime.now(UTC),
            outcome=outcome,
            error=error,
            patch=patch,
        )


def _replies(reply: Reply | None) -> tuple[OutcomeReply, ...]:
    """Return a step's replies for the gate. Slots tell them apart; one payload holds one."""
    if reply is None:
        return ()
    return (OutcomeReply(slot="reply.0", body=reply.body, metadata=reply.metadata),)


def _alike(job: Job, fault: Fault) -> int:
    """Return how many earlier attempts of this step ended with the same type of error."""
    command = job.command
    return sum(
        each.position == command.position
        and each.path == command.path
        and each.outcome != "held"
        and (each.error or "").startswith(f"{fault.facts.type}: ")
        for each in command.log
    )


def _of_output(error: BadOutput | TooLarge | NotText) -> Fault:
    match error:
        case TooLarge():
            return plain("too_large", "TooLarge", str(error))
        case NotText():
            return plain("bad_output", "BadOutput", str(error))
        case Permanent():
            return describe(error)
