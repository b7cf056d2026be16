"""Put a case at the end of a bot's `tests:`; all else in the file stays as a person wrote it."""

from sqlalchemy.ext.asyncio import AsyncEngine

from registry import views
from registry.history import Saved
from registry.preconditions import Conditions
from registry.saving import Saver, Stored, Wanted
from registry.verdicts import good_and_named
from warren.contracts.base import JsonObject
from warren.contracts.registry import etag_of
from warren.errors import Conflict, NotFound
from warren.step.recording import with_case

NOTE = "a test was added"


async def add_case(
    engine: AsyncEngine, saver: Saver, name: str, case: JsonObject, by: str
) -> Stored:
    """Write the file with one more case and publish it. Raises a Refused when it was not written:
    the file is read only, was changed at this moment, or would not lint with the case."""
    async with engine.connect() as connection:
        now = await views.one_bot(connection, name)
    if now is None or now.status == "removed" or now.yaml is None:
        raise NotFound(f"There is no bot named {name!r}.")
    try:
        text = with_case(now.yaml, case)
    except ValueError as error:
        raise Conflict(f"Nothing was saved. {error}.", kind="no-place") from error
    meant = Conditions(if_match=f'"{etag_of(now.yaml)}"')
    wanted = Wanted(name, text.encode(), meant, Saved(by, NOTE), good_and_named(name))
    return await saver.save(wanted)
