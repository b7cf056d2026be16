"""Settle a step by what came of it: send it on, let it wait, try it again, or bury it.

Order within one message: replies confirmed, then the next command confirmed (design §3.5). When a
method returns, the delivery may be acked.
"""

from datetime import UTC, datetime

from bot_runner import outgoing
from bot_runner.breaker import Wait
from bot_runner.colleagues import Colleagues
from bot_runner.delegation import child_command, child_payload, refusal
from bot_runner.fault import Fault, describe, plain
from bot_runner.incoming import Job, Unreadable, seconds_until
from bot_runner.making import made, parted
from bot_runner.on_error import remedy
from bot_runner.outages import Outages
from bot_runner.outgoing import NotText, TooLarge
from bot_runner.pipeline import Pipeline
from bot_runner.retry import Dead, Hold, decide, wait_for_host
from bot_runner.sender import Sender
from bot_runner.standstill import Asks, Waits
from bot_runner.tally import Tally
from bot_runner.waiting import unreachable, waiting
from warren.broker.delivery import Delivery
from warren.broker.publisher import Outgoing
from warren.contracts.base import JsonObject
from warren.contracts.outcome import Ask
from warren.contracts.slip import Answer, AttemptOutcome, LogEntry
from warren.errors import Permanent
from warren.failpoints import hit
from warren.logging import get_logger
from warren.step.errors import BadOutput
from warren.step.patch import diff
from warren.step.wanted_text import with_draft

log = get_logger(__name__)

MAX_LOG_ERROR_CHARS = 300


class Settling:
    """What becomes of jobs. It keeps nothing of a message."""

    def __init__(
        self, runner: str, sender: Sender, colleagues: Colleagues, outages: Outages, tally: Tally
    ) -> None:
        self._runner = runner
        self._sender = sender
        self._colleagues = colleagues
        self._outages = outages
        self._tally = tally

    async def settle(
        self,
        job: Job,
        pipeline: Pipeline,
        result: JsonObject,
        started: datetime,
        outcome: AttemptOutcome = "done",
        fault: Fault | None = None,
    ) -> None:
        """Send on what a step has left; or what stands in its place, as outcome says."""
        command = job.command
        try:
            payload, reply, sent = parted(result, command.step)
            patch = diff(command.payload, payload)
            entry = self._entry(job, started, outcome, fault, patch)
            messages = made(job, pipeline, payload, (reply, sent), entry)
        except (BadOutput, TooLarge, NotText) as error:
            if fault is not None:  # what should have helped cannot be sent either
                return await self.bury(job, fault, started)
            return await self.failed(job, pipeline, _of_output(error), started)
        await self._forward(*messages)
        self._tally.ended(command, outcome, fault)
        return None

    async def settle_instead(
        self, job: Job, pipeline: Pipeline, answer: Answer, started: datetime
    ) -> None:
        """Take what a person wrote in the place of a step that failed; it is not run."""
        command = job.command
        body = str(answer.value.get("body", ""))
        payload = with_draft(command.payload, command.bot, body)
        await self.settle(job, pipeline, payload, started, "finished")

    async def ask(
        self,
        job: Job,
        pipeline: Pipeline,
        waits: Waits,
        started: datetime,
        fault: Fault | None = None,
    ) -> None:
        """Let the slip stand still until a person answers: chat-api keeps it."""
        command = job.command
        entry = self._entry(job, started, "asked", fault)
        parked = command.model_copy(update={"log": (*command.log, entry), "answer": None})
        ask = Ask(**waits.model_dump(), command=parked)
        try:
            message = outgoing.outcome(job, (), command.payload, ask=ask)
        except (TooLarge, NotText) as error:
            return await self.bury(job, fault or _of_output(error), started)
        await self._forward(message, None)
        self._tally.ended(command, "asked", fault)
        return None

    async def delegate(self, job: Job, pipeline: Pipeline, asks: Asks, started: datetime) -> None:
        """Let another bot run its pipeline; this step goes on with what that bot says."""
        card = await self._colleagues.find(asks.bot, asks.persona)
        fault = refusal(job.command, asks, card)
        if fault is not None or card is None:
            assert fault is not None  # refusal() says so of who is not there
            return await self.failed(job, pipeline, fault, started)
        payload = child_payload(asks, card)
        patch = diff(job.command.payload, payload)
        entry = self._entry(job, started, "delegated", patch=patch)
        child = child_command(job.command, card, payload, entry)
        try:
            following = outgoing.command_message(job, child)
        except (TooLarge, NotText) as error:
            return await self.failed(job, pipeline, _of_output(error), started)
        await self._forward(None, following)
        self._tally.ended(job.command, "delegated")
        return None

    async def _forward(self, outcome: Outgoing | None, following: Outgoing | None) -> None:
        if outcome is not None:
            hit("runner.before_outcome")
            await self._sender.send(outcome)
            hit("runner.after_outcome")
        if following is not None:
            hit("runner.before_next")
            await self._sender.send(following)
            hit("runner.after_next")

    async def wait(self, job: Job, pipeline: Pipeline, wait: Wait) -> None:
        """Let a step whose host is away go round on a rung, or end it while the cause is known."""
        now = datetime.now(UTC)
        delay = wait_for_host(wait.open_seconds, None, seconds_until(job.command.deadline, now))
        if delay is None:
            return await self._remedy(job, pipeline, unreachable(wait), now)
        return await self._hold(job, pipeline, wait, delay)

    async def _hold(
        self,
        job: Job,
        pipeline: Pipeline,
        wait: Wait,
        delay: float,
        entry: LogEntry | None = None,
    ) -> None:
        self._outages.tell(job, wait.host, len(pipeline.cards), delay)
        await self._sender.send(waiting(job, wait, delay, datetime.now(UTC), entry))
        hit("runner.after_rung")

    async def failed(
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
            return await self._remedy(job, pipeline, fault, started)
        if isinstance(decision, Hold) and away is not None:
            entry = self._entry(job, started, "held", fault)
            await self._hold(job, pipeline, away, decision.delay_seconds, entry)
        else:
            entry = self._entry(job, started, "retried", fault)
            await self._sender.send(outgoing.retry(job, entry, decision.delay_seconds, now))
            hit("runner.after_rung")
        self._tally.ended(command, "retried", fault)
        return None

    async def _remedy(self, job: Job, pipeline: Pipeline, fault: Fault, started: datetime) -> None:
        """Do what the bot file says of a step that has failed for good."""
        command = job.command
        match remedy(pipeline.bot, command.position, fault):
            case None:
                return await self.bury(job, fault, started)
            case Waits() as waits:
                return await self.ask(job, pipeline, waits, started, fault)
            case text:
                payload = with_draft(command.payload, command.bot, text)
                return await self.settle(job, pipeline, payload, started, "fallback", fault)

    async def bury(self, job: Job, fault: Fault, started: datetime) -> None:
        entry = self._entry(job, started, "dead", fault)
        message = outgoing.letter(job, fault, entry, self._runner)
        hit("runner.before_dead")
        await self._sender.send(message)
        self._tally.ended(job.command, "dead", fault)

    async def bury_unread(self, delivery: Delivery, fault: Unreadable) -> None:
        message = outgoing.unread_letter(delivery, fault, self._runner, datetime.now(UTC))
        hit("runner.before_dead")
        await self._sender.send(message)
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
        answer = command.answer
        error = fault and f"{fault.facts.type}: {fault.facts.text}"[:MAX_LOG_ERROR_CHARS]
        return LogEntry(
            step=command.step,
            kind=command.kind,
            path=command.path,
            position=command.position,
            attempt=job.attempt,
            revision=command.revision,
            runner=self._runner,
            queued_at=command.queued_at,
            started_at=started,
            ended_at=datetime.now(UTC),
            outcome=outcome,
            error=error,
            by=answer.by if answer is not None else None,
            patch=patch,
        )


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
