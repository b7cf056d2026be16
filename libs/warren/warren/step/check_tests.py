"""What lint knows of a bot's `tests:` beyond their types: mocks, messages, what is expected. Pure.

cases.py runs them.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from warren.contracts.base import JsonObject
from warren.step.cases import MATCHERS
from warren.step.describe import ClassDescription
from warren.step.marked_yaml import Path
from warren.step.shape import is_array, is_object
from warren.step.wording import Finding, did_you_mean, missing_key, unknown_key, wrong_type

SILENT = frozenset(
    {"Draft", "Format", "Guide", "Gpt", "Metadata", "Classify", "Http", "Remember", "Recall"}
)  # built-in classes that never leave a reply
_REPLY_KEYS = ("body", "metadata")
_OTHER_NAMES = {
    "text": "body",
    "content": "body",
    "message": "body",
    "from": "user",
    "role": "user",
}
_MESSAGE_KEYS = ("user", "body", "recipient", "timestamp", "id")


def check_tests(
    data: JsonObject, step_ids: Collection[str], classes: Mapping[str, ClassDescription]
) -> Iterator[Finding]:
    """Yield what is wrong with the cases of a file. step_ids are those that its steps have."""
    tests: Any = data.get("tests")
    silent = _is_silent(data.get("steps"), classes)
    names: dict[str, int] = {}
    for index, case in enumerate(tests if is_array(tests) else []):
        if not is_object(case):
            continue
        path: Path = ("tests", index)
        name = case.get("name")
        if isinstance(name, str) and name in names:
            words = f'two tests have the name "{name}"'
            yield Finding((*path, "name"), words, "say in other words what this one shows")
        names.setdefault(str(name), index)
        yield from _case(case, path, step_ids, silent)


def _case(
    case: JsonObject, path: Path, step_ids: Collection[str], silent: bool
) -> Iterator[Finding]:
    given, mock, expect = case.get("given"), case.get("mock"), case.get("expect")
    if is_object(given):
        yield from _given(given, (*path, "given"))
    if is_object(mock):
        yield from _mock(mock, (*path, "mock"), step_ids)
    if is_object(expect):
        yield from _expect(expect, (*path, "expect"))
        mocked_reply = is_object(mock) and "reply" in str(mock)
        if silent and "reply" in expect and not mocked_reply:
            words = "no step of this bot leaves a reply"
            yield Finding((*path, "expect", "reply"), words, "add `- class: Reply` as last step",
                          at_key=True)  # fmt: skip


def _is_silent(steps: Any, classes: Mapping[str, ClassDescription]) -> bool:
    names = [str(each.get("class")) for each in steps if is_object(each)] if is_array(steps) else []
    return bool(names) and all(
        name in SILENT and name in classes and classes[name].builtin for name in names
    )


def _mock(mock: JsonObject, path: Path, step_ids: Collection[str]) -> Iterator[Finding]:
    for key, value in mock.items():
        at = (*path, key)
        if key not in step_ids:
            hint = did_you_mean(key, step_ids) or f"step ids: {', '.join(step_ids)}"
            yield Finding(at, f'no step has the id "{key}"', hint, at_key=True)
        elif not is_object(value):
            found = wrong_type(at, value, "an object of keys")
            example = "what the step would write, for example {draft: {body: Hi}}"
            yield found._replace(hint=example)


def _given(given: JsonObject, path: Path) -> Iterator[Finding]:
    messages = given.get("messages")
    if "messages" not in given:
        yield missing_key((*path, "messages"), "[{user: ana, body: hello}]")
    elif not is_array(messages):
        yield wrong_type((*path, "messages"), messages, "a list")
    else:
        if not messages:
            hint = "for example [{user: ana, body: hello}]"
            yield Finding((*path, "messages"), "there is no message to answer", hint)
        for index, message in enumerate(messages):
            yield from _message(message, (*path, "messages", index))


def _message(message: Any, path: Path) -> Iterator[Finding]:
    if not is_object(message):
        yield wrong_type(path, message, "an object of keys")._replace(
            hint="for example {user: ana, body: hello}"
        )
        return
    examples = {"user": "ana", "body": "hello"}
    yield from (
        missing_key((*path, key), word) for key, word in examples.items() if key not in message
    )
    for key in message:
        if key not in _MESSAGE_KEYS:
            meant = _OTHER_NAMES.get(key)
            found = unknown_key((*path, key), _MESSAGE_KEYS)
            yield found._replace(hint=f'did you mean "{meant}"?') if meant else found
    yield from (
        wrong_type((*path, key), message[key], "text")
        for key in _MESSAGE_KEYS
        if key in message and not isinstance(message[key], str)
    )


def _expect(expect: JsonObject, path: Path) -> Iterator[Finding]:
    if not expect:
        yield Finding(path, "nothing is expected", "for example `reply: {body: …}`")
    for key, value in expect.items():
        at = (*path, key)
        if key == "reply":
            yield from _reply(value, at)
        elif key == "replies" and is_array(value):
            for index, each in enumerate(value):
                yield from _reply(each, (*at, index))
        elif key == "body":
            yield Finding(at, 'unknown key "body"', "write `reply: {body: …}`", at_key=True)
        elif key not in ("replies", "draft") and (hint := did_you_mean(key, ["reply", "replies"])):
            yield Finding(at, f'unknown key "{key}"', hint, at_key=True)


def _reply(reply: Any, path: Path) -> Iterator[Finding]:
    if not is_object(reply):
        yield wrong_type(path, reply, "an object of keys")._replace(
            hint="for example {body: {contains: Ana}}"
        )
        return
    if reply and all(key in MATCHERS for key in reply):
        hint = f"write `body: {{{next(iter(reply))}: …}}`"
        yield Finding(path, "a reply is compared by its parts", hint)
        return
    yield from (unknown_key((*path, key), _REPLY_KEYS) for key in reply if key not in _REPLY_KEYS)
    body = reply.get("body")
    if is_object(body):
        yield from _matchers(body, (*path, "body"))
    elif "body" in reply and not isinstance(body, str):
        yield wrong_type((*path, "body"), body, "text")


def _matchers(body: JsonObject, path: Path) -> Iterator[Finding]:
    yield from (unknown_key((*path, key), MATCHERS) for key in body if key not in MATCHERS)
    for key, value in body.items():
        if key in MATCHERS and not isinstance(value, str):
            yield wrong_type((*path, key), value, "text")
    pattern = body.get("matches")
    if isinstance(pattern, str):
        try:
            re.compile(pattern)
        except re.error as exc:
            words = f"this is no regular expression: {exc.msg}"
            yield Finding((*path, "matches"), words, "put \\ before a sign that is meant as it is")
