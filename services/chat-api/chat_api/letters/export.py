"""Letters as CSV for spreadsheets. No cell can become a formula there (OWASP, CSV injection)."""

import csv
import io
from collections.abc import AsyncGenerator

from chat_api.changes import Store
from chat_api.letters.listing import page
from warren.contracts.letters import LetterFilter, LetterRow

COLUMNS = (
    "reference", "status", "verdict", "reason", "bot", "step", "kind", "revision", "failures",
    "attempt", "error_type", "error_text", "runner", "fingerprint", "conversation_id", "turn_id",
    "opened_at", "failed_at", "changed_by", "changed_at", "id",
)  # fmt: skip
MOST = 100_000  # rows of one export
BATCH = 1000

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


async def rows(store: Store, wanted: LetterFilter) -> AsyncGenerator[str]:
    """Yield the file piece by piece, the newest letter first."""
    yield _line(COLUMNS)
    cursor: str | None = None
    for _ in range(MOST // BATCH):
        found = await page(store, wanted, BATCH, cursor)
        yield "".join(_line(_cells(one)) for one in found.items)
        cursor = found.next_cursor
        if cursor is None:
            return


def safe(cell: str) -> str:
    """Return a cell that spreadsheets show as text, whatever it begins with."""
    return f"'{cell}" if cell.startswith(_BEGINS_A_FORMULA) else cell


def _cells(letter: LetterRow) -> tuple[str, ...]:
    values = letter.model_dump(mode="json")
    return tuple("" if values[name] is None else str(values[name]) for name in COLUMNS)


def _line(cells: tuple[str, ...]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([safe(cell) for cell in cells])
    return out.getvalue()
