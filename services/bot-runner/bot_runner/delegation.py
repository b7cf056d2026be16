"""Delegate: the slip goes to another bot, and comes back with what that bot said. Pure.

The log's patches stay one chain: `delegated` makes the child's first payload out of the parent's,
`returned` the parent's out of the child's last. See docs/how-to/steps/delegate.md.
"""

from bot_runner.fault import Fault, plain
from bot_runner.standstill import Asks
from warren.contracts.base import JsonObject
from warren.contracts.registry import BotCard
from warren.contracts.slip import Answer, Frame, LogEntry, SaidReply, StepCommand
from warren.step.patch import diff

MAX_DEPTH = 5  # bots that wait for one another: more is a mistake in their files


def refusal(command: StepCommand, asks: Asks, card: BotCard | None) -> Fault | None:
    """Return why the bot cannot be asked, or None. A bot that waits already is a loop.

    So is a step that has its answer and asks again: its messages would be the same once more.
    """
    if command.answer is not None and command.answer.kind == "delegated":
        text = "the step has another bot's answer already and asks again: one step asks one bot"
        return plain("failed", "DelegationLoop", text)
    name = asks.bot or asks.persona
    if card is None or card.removed:
        how = "handle" if asks.bot else "persona"
        return plain("failed", "NoSuchBot", f"there is no bot with the {how} {name!r}")
    chain = [*(frame.bot for frame in command.stack), command.bot]
    told = " → ".join([*chain, card.name])
    if card.name in chain:
        return plain("failed", "DelegationLoop", f"the bots ask one another in a circle: {told}")
    if len(chain) > MAX_DEPTH:
        text = f"more than {MAX_DEPTH} bots wait for one another: {told}"
        return plain("failed", "DelegationTooDeep", text)
    return None


def child_payload(asks: Asks, card: BotCard) -> JsonObject:
    """Return the child's first payload: its last message is meant for the child."""
    messages: list[JsonObject] = asks.payload.get("messages") or []
    if not messages:
        return asks.payload
    *before, last = messages
    return {**asks.payload, "messages": [*before, {**last, "recipient": card.name}]}


def child_command(
    command: StepCommand, card: BotCard, payload: JsonObject, entry: LogEntry
) -> StepCommand:
    """Return the command of the child's first step. entry is of the Delegate step."""
    first = card.steps[0]
    frame = Frame(
        bot=command.bot,
        revision=command.revision,
        position=command.position,
        step=command.step,
        kind=command.kind,
        payload=command.payload,
        stream=command.stream,
    )
    return command.model_copy(
        update={
            "bot": card.name,
            "revision": card.revision,
            "position": 0,
            "step": first.id,
            "kind": first.kind,
            "path": (*command.path, command.step),
            "stream": False,  # what it writes is for the bot that asked
            "queued_at": entry.ended_at,
            "payload": payload,
            "first_input": command.payload if command.first_input is None else command.first_input,
            "log": (*command.log, entry),
            "stack": (*command.stack, frame),
            "answer": None,
        }
    )


def said_to_parent(command: StepCommand, replies: tuple[SaidReply, ...]) -> StepCommand:
    """Return the child's command with its replies kept for the bot that asked."""
    *below, top = command.stack
    kept = top.model_copy(update={"replies": (*top.replies, *replies)})
    return command.model_copy(update={"stack": (*below, kept)})


def returning_command(command: StepCommand, payload: JsonObject, entry: LogEntry) -> StepCommand:
    """Return the command of the bot that asked: its Delegate step goes on with the answer.

    command is the child's last, payload what its last step left, entry that step's.
    """
    frame = command.stack[-1]
    returned = entry.model_copy(
        update={
            "step": frame.step,
            "kind": frame.kind,
            "path": command.path[:-1],
            "position": frame.position,
            "attempt": 1,
            "revision": frame.revision,
            "queued_at": entry.ended_at,
            "started_at": entry.ended_at,
            "outcome": "returned",
            "patch": diff(payload, frame.payload),
        }
    )
    said = [reply.model_dump(mode="json") for reply in frame.replies]
    return command.model_copy(
        update={
            "bot": frame.bot,
            "revision": frame.revision,
            "position": frame.position,
            "step": frame.step,
            "kind": frame.kind,
            "path": command.path[:-1],
            "stream": frame.stream,
            "queued_at": entry.ended_at,
            "payload": frame.payload,
            "log": (*command.log, entry, returned),
            "stack": command.stack[:-1],
            "answer": Answer(kind="delegated", value={"bot": command.bot, "replies": said}),
        }
    )
