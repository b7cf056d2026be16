"""A whole letter: what a person needs to understand it and to decide what to do about it."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from pydantic import TypeAdapter
from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chat_api import audit_pages, turn_rows
from chat_api.changes import Store
from chat_api.letters import excerpt
from chat_api.letters.attempts import Story, attempts
from chat_api.letters.commands import read_command
from chat_api.letters.one import NO_LETTER
from chat_api.letters.rows import row as letter_row
from chat_api.letters.rows import select_letters
from chat_api.letters.tables import dead_letter, letter_act, letter_failure
from chat_api.repair.reentry import reentries
from chat_api.repair.refusals import not_replayable
from chat_api.repair.slips import first_input_of, outermost
from chat_api.tables import account, bot, turn
from chat_api.tidying import KEEP_CLOSED_LETTERS
from chat_api.turn_rows import TurnRow
from warren.contracts.letters import ActView, FailureView, LetterView
from warren.contracts.registry import BotCard, StepCard
from warren.contracts.slip import LogEntry
from warren.errors import NotFound

MAX_RAW_BYTES = 256 * 1024  # of a body that nobody can read; more is not looked at by eye

_LOG = TypeAdapter(tuple[LogEntry, ...])
_FAILURE = tuple(
    name for name in FailureView.model_fields if name in letter_failure.c and name != "number"
)


@dataclass(frozen=True)
class _Turn:
    row: TurnRow
    command: bytes | None
    first_input: bytes | None
    log: bytes | None


async def whole(store: Store, letter: UUID) -> LetterView:
    """Return a letter with all that is known of it. Raises NotFound."""
    async with store.reading.connect() as connection:
        listed = await connection.execute(select_letters().where(dead_letter.c.id == letter))
        shown = listed.mappings().one_or_none()
        if shown is None:
            raise NotFound(NO_LETTER)
        found = await connection.execute(select(dead_letter).where(dead_letter.c.id == letter))
        kept = found.mappings().one()
        past = await _past(connection, letter)
        of_turn = await _turn(connection, kept["turn_id"])
        card = await _card(connection, of_turn)
        acts = await _acts(connection, letter)
        seen = await audit_pages.seen(connection, "dead_letter", str(letter))
        said = await excerpt.around(connection, of_turn.row) if of_turn else ()
    command = read_command(kept["command"])
    base = command or read_command(of_turn.command if of_turn else None)
    failed = of_turn.row.steps[: outermost(base).position + 1] if of_turn and base else ()
    return LetterView(
        letter=letter_row(shown),
        position=kept["position"],
        path=kept["path"],
        error_stack=kept["error_stack"],
        error_frame=kept["error_frame"],
        routing_key=kept["routing_key"],
        message_id=kept["message_id"],
        headers=kept["headers"],
        payload=base.payload if base else None,
        first_input=first_input_of(base) if base else None,
        raw=_raw(kept["raw"]),
        steps=of_turn.row.steps if of_turn else (),
        attempts=attempts(_stories(past, kept, of_turn)),
        failures=_failures(past, kept),
        acts=acts,
        seen=seen,
        turn=of_turn.row.view() if of_turn else None,
        conversation=said,
        current_revision=card.revision if card else None,
        reentry_original=reentries(failed, of_turn.row.steps) if of_turn else (),
        reentry_current=reentries(failed, _steps(card)),
        replayable=not_replayable(
            turn_known=of_turn is not None, command_known=base is not None, bot=card
        ),
        deleted_at=None if kept["closed_at"] is None else kept["closed_at"] + KEEP_CLOSED_LETTERS,
    )


def _steps(card: BotCard | None) -> tuple[StepCard, ...]:
    return card.steps if card is not None and not card.removed else ()


def _raw(kept: bytes | None) -> str | None:
    return None if kept is None else base64.b64encode(kept[:MAX_RAW_BYTES]).decode()


def _stories(past: Sequence[RowMapping], kept: RowMapping, of_turn: _Turn | None) -> list[Story]:
    """Return the runs as their letters tell them, and the end as the turn tells it."""
    stories: list[Story] = []
    for one in (*past, kept):
        command = read_command(one["command"])
        if command is not None:
            stories.append(Story(first_input_of(command), command.log))
    if of_turn is not None and of_turn.log is not None and of_turn.first_input is not None:
        stories.append(Story(orjson.loads(of_turn.first_input), _LOG.validate_json(of_turn.log)))
    return stories


def _failures(past: Sequence[RowMapping], kept: RowMapping) -> tuple[FailureView, ...]:
    newest = {name: kept[name] for name in _FAILURE} | {"number": kept["failures"]}
    earlier = [{name: one[name] for name in (*_FAILURE, "number")} for one in past]
    return tuple(FailureView.model_validate(one) for one in (*earlier, newest))


async def _past(connection: AsyncConnection, letter: UUID) -> Sequence[RowMapping]:
    table = letter_failure.c
    found = await connection.execute(
        select(letter_failure).where(table.letter_id == letter).order_by(table.number)
    )
    return found.mappings().all()


async def _turn(connection: AsyncConnection, id: UUID | None) -> _Turn | None:
    if id is None:
        return None
    found = await connection.execute(
        turn_rows.select_turns()
        .add_columns(turn.c.command, turn.c.first_input, turn.c.log)
        .where(turn.c.id == id)
    )
    row = found.mappings().one_or_none()
    if row is None:
        return None
    return _Turn(turn_rows.from_row(row), row["command"], row["first_input"], row["log"])


async def _card(connection: AsyncConnection, of_turn: _Turn | None) -> BotCard | None:
    if of_turn is None:
        return None
    found = await connection.execute(
        select(bot.c.card).where(bot.c.account_id == of_turn.row.bot_id)
    )
    card: Any = found.scalar_one_or_none()
    return None if card is None else BotCard.model_validate(card)


async def _acts(connection: AsyncConnection, letter: UUID) -> tuple[ActView, ...]:
    table = letter_act.c
    found = await connection.execute(
        select(letter_act, account.c.username)
        .join(account, account.c.id == table.by_id)
        .where(table.letter_id == letter)
        .order_by(table.id)
    )
    return tuple(
        ActView(
            kind=one["kind"],
            by=one["username"],
            at=one["at"],
            run=one["run"],
            step=one["step"],
            revision=one["revision"],
            patch=tuple(orjson.loads(one["patch"])) if one["patch"] is not None else (),
            message_id=one["message_id"],
            from_message_id=one["from_message_id"],
            reason=one["reason"],
            job=one["job_id"],
        )
        for one in found.mappings()
    )
