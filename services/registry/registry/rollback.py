"""Make a bot's file mean an earlier revision again: the canonical YAML is written, nothing else.

Step files are never written: one that differs today refuses the rollback and is named. See
docs/how-to/save-and-roll-back-a-bot.md.
"""

from sqlalchemy.ext.asyncio import AsyncEngine

from registry import history, views
from registry.history import Saved
from registry.preconditions import Conditions
from registry.saving import Saver, Stored, Wanted
from registry.verdicts import again
from warren.contracts.registry import Revision, Rollback
from warren.errors import Conflict, NotFound


async def roll_back(
    engine: AsyncEngine, saver: Saver, name: str, to: Rollback, asked: Conditions, by: str
) -> Stored:
    """Write the revision's YAML and publish it under a new number. Raises a Refused if not."""
    revision, number = await _wanted(engine, name, to)
    note = f"rolled back to {number or revision.digest[:12]}"
    content = revision.yaml.encode()
    return await saver.save(Wanted(name, content, asked, Saved(by, note), again(revision)))


async def _wanted(engine: AsyncEngine, name: str, to: Rollback) -> tuple[Revision, int | None]:
    async with engine.connect() as connection:
        now = await views.one_bot(connection, name)
        if now is None:
            raise NotFound(f"There is no bot named {name!r}.")
        digest, number = to.digest, to.number
        if number is not None:
            digest = await history.digest_of(connection, name, number)
        elif digest is not None:
            number = await history.number_of(connection, name, digest)
        revision = await views.revision(connection, digest) if digest else None
    if revision is None or revision.name != name:
        raise NotFound(
            f"{name} has no such revision to go back to. Nothing was changed. GET bots/{name}"
            "/revisions lists those that there are."
        )
    if now.status == "serving" and now.revision == revision.digest:
        raise Conflict(
            f"That revision serves already, as number {now.number}. Nothing was changed.",
            kind="serves-already",
        )
    return revision, number
