"""JSON objects as the table keeps them: bytes, since Postgres' own types refuse some texts."""

from pydantic import TypeAdapter

from chat_api.plain_text import keepable
from warren.contracts.base import JsonObject

_OBJECT = TypeAdapter(JsonObject)


def read_object(kept: bytes | None) -> JsonObject:
    """Return an object; empty when nothing is kept."""
    return {} if kept is None else _OBJECT.validate_json(kept)


def keep_object(value: JsonObject) -> bytes | None:
    """Return the bytes of an object; None for an empty one."""
    return _OBJECT.dump_json(keepable(value)) if value else None
