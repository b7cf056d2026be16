"""What a bot file says of a step that has failed for good: a text in its place, or a person is
asked for it. Pure. Everything else becomes a letter."""

from bot_runner.fault import Fault
from bot_runner.standstill import Waits
from warren.contracts.base import JsonObject
from warren.contracts.bot import BotFile, Fallback
from warren.contracts.failure import FailureReason

OWN_DOING: tuple[FailureReason, ...] = (
    "failed",
    "timeout",
    "bad_output",
    "too_large",
    "crashed",
)
"""What a bot file can answer for: the rest is trouble of Warren's own."""

MAX_TOLD_CHARS = 500
FORM: JsonObject = {
    "type": "object",
    "properties": {"body": {"type": "string", "title": "The text", "minLength": 1}},
    "required": ["body"],
    "additionalProperties": False,
}


def remedy(bot: BotFile, position: int, fault: Fault) -> str | Waits | None:
    """Return the text that takes the step's place, whom to ask, or None: it becomes a letter."""
    step = bot.steps[position]
    if fault.reason not in OWN_DOING or step.on_error == "dead_letter":
        return None
    if isinstance(step.on_error, Fallback):
        return step.on_error.fallback
    told = f"{fault.facts.type}: {fault.facts.text}"[:MAX_TOLD_CHARS]
    name = step.id or step.class_.lower()
    body = f"The step “{name}” failed ({told}). What should it have written?"
    return Waits(kind="instead", body=body, form=FORM)
