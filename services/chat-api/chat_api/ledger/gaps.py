"""What a bot's file expects of it, and what it did instead: entries of the ledger, stops nothing.

The gate hands over each reply and each end that it takes; `of_reply()` and `of_end()` are pure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import bindparam, text

from chat_api.changes import Changes
from chat_api.ledger.entries import Entry, note
from chat_api.turn_rows import TurnRow
from warren.contracts.base import JsonObject
from warren.contracts.bot import Expectation, Shape

_EXPECTED = text("""
    select account_id, card -> 'expect' as expect from bot
    where account_id in :bots and card ->> 'expect' is not null
""").bindparams(bindparam("bots", expanding=True))


@dataclass(frozen=True)
class _Reply:
    row: TurnRow
    body: str
    metadata: JsonObject
    message_id: UUID | None


@dataclass
class Heard:
    """What bots said and finished in one transaction of the gate."""

    replies: list[_Reply] = field(default_factory=lambda: [])
    ends: list[tuple[TurnRow, float]] = field(default_factory=lambda: [])

    def reply(
        self, row: TurnRow, body: str, metadata: JsonObject, message_id: UUID | None = None
    ) -> None:
        """Note a bot's own reply, posted or held back. Not one that a person wrote."""
        self.replies.append(_Reply(row, body, metadata, message_id))

    def end(self, row: TurnRow, seconds: float) -> None:
        """Note that a bot has done its part, so many seconds after the question."""
        self.ends.append((row, seconds))

    async def write(self, changes: Changes) -> None:
        """Write the gaps into the ledger, for bots whose card says what is expected."""
        bots = {one.row.bot_id for one in self.replies} | {row.bot_id for row, _ in self.ends}
        if not bots:
            return
        found = await changes.connection.execute(_EXPECTED, {"bots": list(bots)})
        expected = {row.account_id: Expectation.model_validate(row.expect) for row in found}
        for entry in self._gaps(expected):
            note(changes, entry)

    def _gaps(self, expected: Mapping[UUID, Expectation]) -> Iterator[Entry]:
        for one in self.replies:
            expect = expected.get(one.row.bot_id)
            if expect is not None and expect.shape is not None:
                gap = of_reply(one.row, expect.shape, one.body, one.metadata, one.message_id)
                yield from (gap,) if gap else ()
        for row, seconds in self.ends:
            expect = expected.get(row.bot_id)
            gap = of_end(row, expect, seconds) if expect is not None else None
            yield from (gap,) if gap else ()


def of_end(row: TurnRow, expect: Expectation, seconds: float) -> Entry | None:
    """Return the gap of an answer that came later than expected, or None.

    A turn that was resumed waited for a person, or failed: its time says nothing of the bot.
    """
    most = expect.latency_seconds
    if most is None or seconds <= most or row.run > 1:
        return None
    return Entry(
        kind="latency",
        bot=row.bot,
        revision=row.revision,
        turn_id=row.id,
        expected=f"an answer within {most:g} s",
        actual=f"an answer after {seconds:.2f} s",
    )


def of_reply(
    row: TurnRow, shape: Shape, body: str, metadata: JsonObject, message_id: UUID | None = None
) -> Entry | None:
    """Return the gap of a reply that does not look as expected, or None. expected is what it
    lacks."""
    lacks = list(_lacks(shape, body, metadata))
    if not lacks:
        return None
    return Entry(
        kind="shape",
        bot=row.bot,
        revision=row.revision,
        turn_id=row.id,
        message_id=message_id,
        expected=f"a reply that {', and '.join(lacks)}",
        actual=body,
    )


def _lacks(shape: Shape, body: str, metadata: JsonObject) -> Iterator[str]:
    yield from (f"holds “{one}”" for one in shape.contains if one not in body)
    if shape.max_chars is not None and len(body) > shape.max_chars:
        yield f"has at most {shape.max_chars} characters (it has {len(body)})"
    yield from (f"has “{key}” in its metadata" for key in shape.metadata if key not in metadata)
