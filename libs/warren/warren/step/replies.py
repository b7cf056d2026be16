"""Take the reply out of what a step returned: it is posted at once and removed together with the
draft.
"""

import json
from typing import Any, NamedTuple

from warren.contracts.base import JsonObject
from warren.contracts.chat import MAX_BODY_CHARS
from warren.step.errors import BadOutput
from warren.step.shape import is_array, is_object

MAX_REPLY_CHARS = 64_000  # a quarter of the payload's limit: what a chat can still show


class Reply(NamedTuple):
    """What a step wants to say. Author and conversation are the gate's to choose."""

    body: str
    metadata: JsonObject


def take_reply(payload: JsonObject, step_name: str) -> tuple[JsonObject, Reply | None]:
    """Return the payload without `reply` and `draft`, and the reply; or the payload itself and
    None.

    The payload that is given stays as it is. Raises BadOutput when `reply` is there but is no
    reply.
    """
    if "reply" not in payload:
        return payload, None
    reply = payload["reply"]
    if not is_object(reply) or not isinstance(reply.get("body"), str):
        raise BadOutput(f"step {step_name!r} left a reply without a text `body`: set reply.body")
    body: str = reply["body"]
    if not body.strip():
        raise BadOutput(
            f"step {step_name!r} left an empty reply: remove `reply`, or give it a body"
        )
    if "\0" in body:
        raise BadOutput(f"step {step_name!r} left a reply with a NUL character in it")
    if len(body) > MAX_REPLY_CHARS:
        raise BadOutput(
            f"step {step_name!r} left a reply of {len(body)} characters;"
            f" at most {MAX_REPLY_CHARS} fit"
        )
    rest = {key: value for key, value in payload.items() if key not in ("reply", "draft")}
    return rest, Reply(body, _metadata(reply.get("metadata"), step_name))


class Sent(NamedTuple):
    """What a step wants to send on behalf of the person who asks: only with their approval."""

    to: tuple[str, ...]
    body: str


def take_sent(payload: JsonObject, step_name: str) -> tuple[JsonObject, Sent | None]:
    """Return the payload without `send_as`, and what it holds; or the payload itself and None.

    Raises BadOutput when it is there but cannot be sent.
    """
    if "send_as" not in payload:
        return payload, None
    sent = payload["send_as"]
    names: Any = sent.get("to") if is_object(sent) else None
    body: Any = sent.get("body") if is_object(sent) else None
    if not (is_array(names) and names and all(isinstance(name, str) for name in names)):
        raise BadOutput(f"step {step_name!r} left send_as without `to`: a list of usernames")
    if not isinstance(body, str) or not body.strip() or "\0" in body:
        raise BadOutput(f"step {step_name!r} left send_as without a text `body`")
    if len(body) > MAX_BODY_CHARS:
        raise BadOutput(
            f"step {step_name!r} left send_as of {len(body)} characters; {MAX_BODY_CHARS} fit"
        )
    rest = {key: value for key, value in payload.items() if key != "send_as"}
    return rest, Sent(tuple(names), body)


def _metadata(value: Any, step_name: str) -> JsonObject:
    """Return metadata as an object. JSON text of an object is taken too, as the Metadata step
    leaves it.
    """
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = None if not value.strip() else value
    if value is None:
        return {}
    if not is_object(value):
        raise BadOutput(f"step {step_name!r} left reply.metadata that is no JSON object")
    return value
