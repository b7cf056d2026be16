"""Which letters: a LetterFilter as conditions on the table. The list, groups, export and bulk
replay all take these."""

import re
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from chat_api.letters.tables import dead_letter
from warren.contracts.letters import LetterFilter
from warren.contracts.problem import ProblemError
from warren.errors import Unprocessable

_FINDABLE = re.compile(r"[^\W_]{3}")  # the index knows three letters or digits in a row, no less


def must_be_findable(q: str) -> None:
    """Raise Unprocessable for a text that no index finds: all letters would be read for it."""
    if q.strip() and not _FINDABLE.search(q):
        raise Unprocessable(
            "Nothing was looked for. Give three letters or digits in a row, or more.",
            errors=[ProblemError(pointer="/q", detail="too short to be looked for")],
        )


def conditions(wanted: LetterFilter) -> list[ColumnElement[bool]]:
    """Return what must hold of a letter; nothing for an empty filter."""
    table = dead_letter.c
    found: list[ColumnElement[bool]] = []
    for column, value in (
        (table.bot, wanted.bot),
        (table.step, wanted.step),
        (table.fingerprint, wanted.group),
        (table.error_type, wanted.error_type),
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
