"""A bot's own `tests:`: given messages, mocked steps, an expected reply. See
docs/how-to/make-a-bot.md.

    tests:
      - name: greets back
        given: {messages: [{user: ana, body: hello}]}
        mock: {think: {draft: {body: Hi Ana}}}
        expect: {reply: {body: {contains: Ana}}}

Run by `warren bots test`; no broker, no key.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from warren.contracts.base import JsonObject
from warren.contracts.bot import BotTest
from warren.contracts.registry import Revision
from warren.step.pipeline import walk
from warren.step.shape import is_array, is_object

GIVEN_AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)  # when the messages of a case were written


@dataclass(frozen=True)
class CaseResult:
    """How one case went: failures is empty when it passed."""

    name: str
    failures: tuple[str, ...]


MATCHERS: dict[str, Callable[[Any, Any], bool]] = {
    "equals": lambda value, wanted: value == wanted,
    "contains": lambda value, wanted: isinstance(value, str | list | dict) and wanted in value,
    "lacks": lambda value, wanted: not isinstance(value, str | list | dict) or wanted not in value,
    "matches": lambda value, wanted: isinstance(value, str) and bool(re.search(wanted, value)),
}
"""How `expect` can look at a value: `{contains: Ana}`. `matches` is a Python regular expression."""


def given_messages(messages: list[JsonObject], bot: str) -> list[JsonObject]:
    """Return messages {user, body} as a payload has them, with id, recipient and timestamp."""
    person = next((each["user"] for each in messages if each.get("user") != bot), "ana")
    return [
        {
            "id": str(uuid5(NAMESPACE_URL, f"warren:case:{index}")),
            "recipient": person if each.get("user") == bot else bot,
            "timestamp": GIVEN_AT.isoformat(),
            **each,
        }
        for index, each in enumerate(messages)
    ]


async def run_case(revision: Revision, case: BotTest) -> CaseResult:
    """Run one case of the bot and say what was not as expected. What a step raises is a failure
    too.
    """
    payload: JsonObject = dict(case.given)
    payload["messages"] = given_messages(case.given.get("messages", []), revision.name)
    replies: list[JsonObject] = []
    sent: list[JsonObject] = []
    try:
        async for stop in walk(revision, payload, mocks=case.mock):
            payload = stop.payload
            if stop.waits is not None:
                missing = f"step {stop.card.id!r} {stop.waits}: say under `mock` what comes of it"
                return CaseResult(case.name, (missing,))
            if stop.reply is not None:
                replies.append({"body": stop.reply.body, "metadata": stop.reply.metadata})
            if stop.sent is not None:
                sent.append({"to": list(stop.sent.to), "body": stop.sent.body})
    except Exception as exc:  # a bot's own code: whatever it raises is how the case went
        return CaseResult(case.name, (f"{type(exc).__name__}: {exc}",))
    return CaseResult(case.name, tuple(_differences(case.expect, payload, replies, sent)))


def _differences(
    expect: JsonObject, payload: JsonObject, replies: list[JsonObject], sent: list[JsonObject]
) -> Iterator[str]:
    """Yield what differs. `reply` is met by any of the replies, `replies` by all, in order;
    `send_as` {to, body} by any message on behalf of the asker."""
    seen = {**payload, "replies": replies}
    said = {"reply": replies, "send_as": sent}
    for key, wanted in expect.items():
        if key not in said:
            yield from _compare(wanted, seen.get(key), key)
            continue
        each_time = [list(_compare(wanted, each, key)) for each in said[key]]
        if not each_time:
            yield f"{key}: there was none"
        elif all(each_time):
            yield from min(each_time, key=len)


def _compare(wanted: Any, value: Any, where: str) -> Iterator[str]:
    if is_object(wanted) and wanted and all(key in MATCHERS for key in wanted):
        for name, argument in wanted.items():
            if not MATCHERS[name](value, argument):
                yield f"{where}: {value!r} fails `{name}: {argument}`"
    elif is_object(wanted) and is_object(value):
        for key, inner in wanted.items():
            yield from _compare(inner, value.get(key), f"{where}.{key}")
    elif is_array(wanted) and is_array(value):
        if len(wanted) != len(value):
            yield f"{where}: {len(value)} instead of {len(wanted)}: {value!r}"
        for index, (inner, each) in enumerate(zip(wanted, value, strict=False)):
            yield from _compare(inner, each, f"{where}[{index}]")
    elif wanted != value:
        yield f"{where}: {value!r} instead of {wanted!r}"
