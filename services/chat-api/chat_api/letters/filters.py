"""Which letters: a LetterFilter as conditions on the table. The list, groups, export and bulk
replay all take these."""

from sqlalchemy import ColumnElement, or_

from chat_api.letters.tables import dead_letter
from warren.contracts.letters import LetterFilter


def conditions(wanted: LetterFilter) -> list[ColumnElement[bool]]:
    """Return what must hold of a letter; nothing for an empty filter."""
    table = dead_letter.c
    found: list[ColumnElement[bool]] = []
    for column, value in (
        (table.bot, wanted.bot),
        (table.step, wanted.step),
        (table.fingerprint, wanted.group),
        (table.reason, wanted.reason),
        (table.runner, wanted.runner),
        (table.conversation_id, wanted.conversation),
    ):
        if value is not None:
            found.append(column == value)
    if wanted.status:
        found.append(table.status.in_(wanted.status))
    if wanted.since is not None:
        found.append(table.failed_at >= wanted.since)
    if wanted.until is not None:
        found.append(table.failed_at < wanted.until)
    if wanted.q.strip():
        said = wanted.q.strip()
        for sign in ("\\", "%", "_"):
            said = said.replace(sign, f"\\{sign}")
        found.append(
            or_(table.search.ilike(f"%{said}%"), table.reference == wanted.q.strip().upper())
        )
    return found
