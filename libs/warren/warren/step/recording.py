"""Turn a real run into a case of the bot's `tests:`, and write it into the bot's file. Pure.

What the outside answered becomes a mock, so that the case needs no key; everything else runs.
"""

import re
from collections.abc import Collection, Sequence
from typing import Any

import yaml

from warren.contracts.base import JsonObject
from warren.step.marked_yaml import read
from warren.step.pipeline import Stop
from warren.step.shape import is_array, is_object

RAW_ANSWERS = ("openai",)  # whole answers of servers: long, and nothing that a test is about
_TESTS = re.compile(r"^tests:[ \t]*(\[\s*\])?[ \t]*(#.*)?$", re.MULTILINE)
_ITEM = re.compile(r"^( *)- ", re.MULTILINE)
_RARE_BREAKS = re.compile("[\x85\u2028\u2029]")  # line breaks to YAML, which would make them others


class _Dumper(yaml.SafeDumper):
    """Writes no anchors, which a bot file may not have, and keeps every line break as it is."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = '"' if _RARE_BREAKS.search(value) else None
    node: yaml.ScalarNode = dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)  # type: ignore[reportUnknownMemberType]  # PyYAML is half typed
    return node


_Dumper.add_representer(str, _text)


def case_of(name: str, given: JsonObject, stops: Sequence[Stop], outside: Collection[str]) -> Any:
    """Return a run as a case. outside are the ids of steps that asked a server: they are mocked.

    Raises ValueError when the run said nothing, so that there is nothing to expect.
    """
    for stop in stops:
        if stop.waits is not None:
            raise ValueError(f"step {stop.card.id!r} {stop.waits}, and nobody can answer here")
    replies = [stop.reply for stop in stops if stop.reply is not None]
    if not replies:
        raise ValueError("the bot said nothing, so there is nothing to expect")
    mocks = {
        stop.card.id: part
        for before, stop in zip([given, *(one.payload for one in stops)], stops, strict=False)
        if stop.card.id in outside and (part := written(before, stop.payload))
    }
    bodies = [{"body": reply.body} for reply in replies]
    return {
        "name": name,
        "given": {**given, "messages": [said(one) for one in given.get("messages", [])]},
        **({"mock": mocks} if mocks else {}),
        "expect": {"reply": bodies[0]} if len(bodies) == 1 else {"replies": bodies},
    }


def with_case(text: str, case: JsonObject) -> str:
    """Return a bot file's text with a case at the end of its tests; all else stays as it is.

    Raises ValueError when tests are written so that nothing can be put behind them.
    """
    data: Any = read(text).data
    tests: Any = data.get("tests") if is_object(data) else None
    if tests is None or (is_array(tests) and not tests):
        kept = _TESTS.sub("", text).rstrip("\n")
        return f"{kept}\n\ntests:\n{item(case, 2)}"
    head = _TESTS.search(text)
    if head is None:
        raise ValueError("`tests:` is written in one line: write one case a line, each with `- `")
    rest = text[head.end() :]
    end = _end_of_block(rest)
    first = _ITEM.search(rest[:end])
    if first is None:
        raise ValueError("`tests:` has no case that begins with `- `")
    before, after = text[: head.end()] + rest[:end].rstrip("\n"), rest[end:]
    return f"{before}\n{item(case, len(first[1]))}{after}"


def _end_of_block(rest: str) -> int:
    """Return where the block behind `tests:` ends: at the next key at the margin, or the end."""
    following = re.search(r"^[^\s#-]", rest, re.MULTILINE)
    return following.start() if following else len(rest)


def item(case: JsonObject, indent: int) -> str:
    """Return a case as it stands in the list under `tests:`."""
    text = yaml.dump([case], Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return "".join(f"{' ' * indent}{line}\n" for line in text.splitlines())


def said(message: JsonObject) -> JsonObject:
    """Return a message as a case gives it: who said what; the rest is made again alike."""
    return {key: message[key] for key in ("user", "body") if key in message}


def written(before: JsonObject, after: JsonObject) -> JsonObject:
    """Return the part of the payload that a step wrote, to be merged in by the case."""
    return _part(before, after, RAW_ANSWERS)


def _part(before: JsonObject, after: JsonObject, without: Collection[str] = ()) -> JsonObject:
    part: JsonObject = {}
    for key, new in after.items():
        old = before.get(key)
        if key in without or new == old:
            continue
        part[key] = _part(old, new) if is_object(old) and is_object(new) else new
    return part
