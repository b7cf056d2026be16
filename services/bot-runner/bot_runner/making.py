"""What a good result makes: the outcome for the gate, the command of the next step. Pure."""

from bot_runner import outgoing
from bot_runner.delegation import returning_command, said_to_parent
from bot_runner.incoming import Job
from bot_runner.pipeline import Pipeline
from warren.broker.publisher import Outgoing
from warren.contracts.base import JsonObject
from warren.contracts.outcome import OutcomeReply, TurnEnd
from warren.contracts.slip import LogEntry, SaidReply
from warren.step.replies import Reply, Sent, take_reply, take_sent

Messages = tuple[Outgoing | None, Outgoing | None]
"""The outcome and the next command; either may be absent."""


def parted(result: JsonObject, step: str) -> tuple[JsonObject, Reply | None, Sent | None]:
    """Return the payload that goes on, and what the step says. Raises BadOutput."""
    payload, reply = take_reply(result, step)
    payload, sent = take_sent(payload, step)
    return payload, reply, sent


def made(
    job: Job,
    pipeline: Pipeline,
    payload: JsonObject,
    said: tuple[Reply | None, Sent | None],
    entry: LogEntry,
) -> Messages:
    """Return what goes out after a step. payload is what it left; entry tells of it.

    Within a delegation the replies are kept for the bot that asked. Raises TooLarge, NotText.
    """
    command = job.command
    reply, sent = said
    if command.stack and reply is not None:
        command = said_to_parent(command, (SaidReply(body=reply.body, metadata=reply.metadata),))
        reply = None
    replies = _replies(reply, sent)
    first_input = job.command.payload if command.first_input is None else command.first_input
    told = outgoing.outcome(job, replies, payload) if replies else None
    if not pipeline.is_last(command.position):
        card = pipeline.card(command.position + 1)
        return told, outgoing.next_command(job, command, payload, entry, first_input, card)
    if command.stack:
        back = returning_command(command, payload, entry)
        return told, outgoing.command_message(job, back)
    end = TurnEnd(first_input=first_input, log=(*command.log, entry))
    return outgoing.outcome(job, replies, payload, end=end), None


def _replies(reply: Reply | None, sent: Sent | None) -> tuple[OutcomeReply, ...]:
    """Return a step's replies for the gate. Slots tell them apart."""
    found: list[OutcomeReply] = []
    if reply is not None:
        found.append(OutcomeReply(slot="reply.0", body=reply.body, metadata=reply.metadata))
    if sent is not None:
        found.append(OutcomeReply(slot="send.0", body=sent.body, send_to=sent.to))
    return tuple(found)
