"""Which letters: a LetterFilter as conditions on the table. The list, groups, export and bulk
replay all take these."""

from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlalchemy.sql.base import ReadOnlyColumnCollection

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
        found.append(says(dead_letter.c, wanted.q))
    return found


def says(columns: ReadOnlyColumnCollection[str, Any], q: str) -> ColumnElement[bool]:
    """Return what holds of a letter that has a text in it, or is named by it."""
    said = q.strip()
    for sign in ("\\", "%", "_"):
        said = said.replace(sign, f"\\{sign}")
    return or_(columns["search"].ilike(f"%{said}%"), columns["reference"] == q.strip().upper())
