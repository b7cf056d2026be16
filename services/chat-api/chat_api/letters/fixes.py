"""Groups that a revision has fixed: it passed a case of the bot's `tests:` made from the group.

A letter that comes all the same opens the group again, and that revision fixes it no more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chat_api import audit
from chat_api.changes import Changes, Store
from chat_api.ledger.tables import expectation
from chat_api.letters.tables import letter_group_fix
from warren.contracts.registry import BotTested
from warren.logging import get_logger

log = get_logger(__name__)

ENTRY = "ledger-"  # what `fixes` of a case says that was made from an entry of the ledger

# A group that nobody knows is not kept: its name is whatever a bot's file says.
_PASSED = text("""
    insert into letter_group_fix as fix (fingerprint, fixed_by, fixed_at, tested_at)
    select f, :revision, :at, :at from unnest(cast(:groups as text[])) f
    where exists (select 1 from dead_letter l where l.fingerprint = f)
      or exists (select 1 from letter_group_fix k where k.fingerprint = f)
    on conflict (fingerprint) do update set
      tested_at = excluded.tested_at,
      fixed_by = case when fix.fixed_by is null
        and fix.returned_from is distinct from excluded.fixed_by
        then excluded.fixed_by else fix.fixed_by end,
      fixed_at = case when fix.fixed_by is null
        and fix.returned_from is distinct from excluded.fixed_by
        then excluded.fixed_at else fix.fixed_at end
    where fix.tested_at < excluded.tested_at
    returning fingerprint, fixed_at is not distinct from :at as changed
""")
_FAILED = text("""
    with before as (
      select fingerprint, fixed_by from letter_group_fix
      where fingerprint = any(cast(:groups as text[])) and tested_at < :at for update)
    update letter_group_fix fix set fixed_by = null, fixed_at = null, tested_at = :at
    from before where before.fingerprint = fix.fingerprint
    returning fix.fingerprint, before.fixed_by is not null as changed
""")
_BROKEN = text("""
    select distinct revision from dead_letter where fingerprint = :group and revision is not null
""")
_RETURNED = (
    update(letter_group_fix)
    .where(letter_group_fix.c.fingerprint == bindparam("group"))
    .values(returned_from=letter_group_fix.c.fixed_by, fixed_by=None, fixed_at=None)
)


@dataclass(frozen=True)
class Fix:
    """What is known of a group's fix. returned: a letter came after the last one."""

    fixed_by: str | None
    fixed_at: datetime | None
    returned: bool


@dataclass(frozen=True)
class Came:
    """A letter that came: began is when its turn did; None when not known."""

    group: str
    revision: str | None
    began: datetime | None


def disproves(came: Came, fixed_by: str, fixed_at: datetime, broken: frozenset[str]) -> bool:
    """Whether a letter shows that a fix is none. broken are the revisions that failed so. Pure.

    Not so one of a turn that began before the fix and is still on such a revision, or is replayed
    on it: that fails as it did.
    """
    before = came.began is not None and came.began < fixed_at
    as_it_did = before and came.revision != fixed_by and came.revision in broken
    return not as_it_did


async def fixes(connection: AsyncConnection, groups: Sequence[str]) -> dict[str, Fix]:
    """Return what is known of these groups, by fingerprint."""
    table = letter_group_fix.c
    found = await connection.execute(
        select(letter_group_fix).where(table.fingerprint.in_(list(groups)))
    )
    return {
        row.fingerprint: Fix(
            row.fixed_by, row.fixed_at, row.fixed_by is None and row.returned_from is not None
        )
        for row in found
    }


async def tested(store: Store, news: BotTested) -> None:
    """Mark groups as fixed, or as fixed no more, and entries of the ledger as kept in the file.

    News that is older than what is known changes nothing, nor does the same news again.
    """
    failed = sorted({one for one in news.failed if not one.startswith(ENTRY)})
    passed = sorted({one for one in news.passed if not one.startswith(ENTRY)} - set(failed))
    entries = _entries((*news.passed, *news.failed))
    given = {"revision": news.revision, "at": news.at}
    async with store.engine.begin() as connection:
        for act, query, groups in (
            ("group.fixed", _PASSED, passed),
            ("group.unfixed", _FAILED, failed),
        ):
            if groups:
                found = await connection.execute(query, given | {"groups": groups})
                changed = [one.fingerprint for one in found if one.changed]
                await _tell(connection, act, changed, news)
        if entries:
            await connection.execute(
                update(expectation).where(expectation.c.id.in_(entries)).values(in_file=True)
            )


async def came(changes: Changes, letters: Iterable[Came]) -> None:
    """Open the fixed groups again to which these letters came, in the caller's transaction.

    To be called before the letters are written: those that are there tell what failed so.
    """
    of_group: dict[str, list[Came]] = {}
    for one in letters:
        of_group.setdefault(one.group, []).append(one)
    if not of_group:
        return
    for group, fix in (await fixes(changes.connection, list(of_group))).items():
        if fix.fixed_by is None or fix.fixed_at is None:
            continue
        found = await changes.connection.execute(_BROKEN, {"group": group})
        broken = frozenset(found.scalars())
        if any(disproves(one, fix.fixed_by, fix.fixed_at, broken) for one in of_group[group]):
            changes.later(_RETURNED, group=group)
            changes.later(audit.NOTE, **_act("group.returned", group, {"revision": fix.fixed_by}))
            log.warning("a fixed group came back", group=group, revision=fix.fixed_by)


def _entries(names: Iterable[str]) -> list[int]:
    numbers = [name.removeprefix(ENTRY) for name in names if name.startswith(ENTRY)]
    return sorted({int(one) for one in numbers if one.isdecimal() and len(one) <= 18})


async def _tell(
    connection: AsyncConnection, act: str, groups: Sequence[str], news: BotTested
) -> None:
    if groups:
        detail = {"bot": news.name, "revision": news.revision}
        await connection.execute(audit.NOTE, [_act(act, group, detail) for group in groups])
        log.info("groups tested", event_name=act, bot=news.name, groups=len(groups))


def _act(act: str, group: str, detail: dict[str, str]) -> dict[str, object]:
    return audit.row(by=None, act=act, subject="group", subject_id=group, detail=detail)
