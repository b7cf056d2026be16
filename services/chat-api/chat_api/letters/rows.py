"""Letters as lists show them: one select, and the verdict on each row at this moment."""

from typing import Any

from sqlalchemy import RowMapping, Select, exists, func, select

from chat_api.letters.tables import dead_letter, letter_act
from chat_api.letters.verdict import verdict
from chat_api.tables import account, bot, message, turn
from warren.contracts.letters import LetterRow

MAX_LIST_TEXT = 300  # characters of the error in a list; the letter itself has it whole

_later = turn.alias("later")
_FINISHED = exists().where(
    letter_act.c.letter_id == dead_letter.c.id, letter_act.c.kind == "finished"
)
_CORRECTED = exists().where(message.c.turn_id == turn.c.id, message.c.corrected_by.is_not(None))
_OVERTAKEN = exists().where(
    _later.c.conversation_id == turn.c.conversation_id,
    _later.c.bot_id == turn.c.bot_id,
    _later.c.state == "done",
    _later.c.created_at > turn.c.created_at,
)
_AS_KEPT = tuple(
    dead_letter.c[name]
    for name in (
        "id", "reference", "status", "reason", "bot", "step", "kind", "revision",
        "conversation_id", "turn_id", "run", "attempt", "failures", "error_type", "runner",
        "fingerprint", "opened_at", "failed_at", "changed_at",
    )
)  # fmt: skip
_FOR_THE_VERDICT = ("turn_state", "expires_after", "now", "finished", "corrected", "overtaken")


def select_letters() -> Select[Any, *tuple[Any, ...]]:
    """Return a select of what lists show, to be narrowed, ordered and read by row()."""
    return (
        select(
            *_AS_KEPT,
            func.left(dead_letter.c.error_text, MAX_LIST_TEXT).label("error_text"),
            account.c.username.label("changed_by"),
            turn.c.state.label("turn_state"),
            bot.c.card["expires_after"].as_string().label("expires_after"),
            func.now().label("now"),
            _FINISHED.label("finished"),
            _CORRECTED.label("corrected"),
            _OVERTAKEN.label("overtaken"),
        )
        .select_from(dead_letter)
        .join(turn, turn.c.id == dead_letter.c.turn_id, isouter=True)
        .join(bot, bot.c.account_id == turn.c.bot_id, isouter=True)
        .join(account, account.c.id == dead_letter.c.changed_by, isouter=True)
    )


def row(found: RowMapping) -> LetterRow:
    """Return a row of select_letters() as the API shows it."""
    said = verdict(
        turn_state=found["turn_state"],
        finished=found["finished"],
        corrected=found["corrected"],
        overtaken=found["overtaken"],
        failed_at=found["failed_at"],
        expires_after=found["expires_after"],
        now=found["now"],
    )
    names = LetterRow.model_fields.keys() - {"verdict"}
    return LetterRow.model_validate({name: found[name] for name in names} | {"verdict": said})
