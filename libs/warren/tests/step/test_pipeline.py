from collections.abc import Callable
from typing import Any

import pytest

from warren.contracts.bot import BotTest
from warren.contracts.registry import Revision
from warren.step.cases import run_case
from warren.step.pipeline import merge, walk

Make = Callable[..., Revision]

BOT = (
    "{name: daisy, steps: [{class: Draft}, {id: think, class: Gpt}, {class: Reply}, {class: Bye}]}"
)
BYE = """\
from warren.step import Step
class Bye(Step):
    def process(self, payload):
        payload["reply"] = {"body": "Bye " + payload["messages"][-1]["user"]}
        return payload
"""


async def test_each_step_is_told_with_what_it_changed(revision: Make, payload) -> None:
    made = revision(BOT, Bye=BYE)
    mocks = {"think": {"draft": {"body": "Hi"}}}

    stops = [stop async for stop in walk(made, payload("hello"), mocks=mocks)]

    assert [(stop.card.id, stop.mocked) for stop in stops] == [
        ("draft", False), ("think", True), ("reply", False), ("bye", False),
    ]  # fmt: skip
    assert stops[1].patch == ({"op": "replace", "path": "/draft/body", "value": "Hi"},)
    assert [stop.reply.body for stop in stops if stop.reply] == ["Hi", "Bye ana"]
    assert set(stops[-1].payload) == {"messages"}


async def test_only_some_steps_can_be_run(revision: Make, payload) -> None:
    stops = [stop async for stop in walk(revision(BOT), payload("hello"), only=["draft"])]

    assert [stop.card.id for stop in stops] == ["draft"]


def test_a_mock_is_laid_over_the_payload() -> None:
    payload = {"a": {"b": 1, "c": 2}, "d": [1]}

    assert merge(payload, {"a": {"b": 3}, "d": [2], "e": 4}) == {
        "a": {"b": 3, "c": 2}, "d": [2], "e": 4,
    }  # fmt: skip
    assert payload == {"a": {"b": 1, "c": 2}, "d": [1]}


def case(expect: dict[str, Any], body: str = "Hi Ana") -> BotTest:
    return BotTest(
        name="a case",
        given={"messages": [{"user": "ana", "body": "hello"}], "extra": [1, 2]},
        mock={"think": {"draft": {"body": body}}},
        expect=expect,
    )


@pytest.mark.parametrize(
    "expect",
    [
        {"reply": {"body": "Hi Ana"}},
        {"reply": {"body": "Bye ana"}},
        {"reply": {"body": {"contains": "Ana"}, "metadata": {}}},
        {"reply": {"body": {"contains": "Hi", "lacks": "error", "matches": "^Hi .+a$"}}},
        {"replies": [{"body": "Hi Ana"}, {"body": {"contains": "Bye"}}]},
        {"extra": {"contains": 2}},
        {"extra": [1, {"equals": 2}]},
        {"messages": [{"user": "ana", "recipient": "daisy"}]},
        {"draft": None},
    ],
)
async def test_a_case_that_holds_passes(revision: Make, expect: dict[str, Any]) -> None:
    assert (await run_case(revision(BOT, Bye=BYE), case(expect))).failures == ()


@pytest.mark.parametrize(
    ("expect", "failure"),
    [
        ({"reply": {"body": "Hi Bob"}}, "reply.body: 'Hi Ana' instead of 'Hi Bob'"),
        ({"reply": {"body": {"contains": "Bob"}}}, "'Hi Ana' fails `contains: Bob`"),
        ({"replies": [{"body": "Hi Ana"}]}, "replies: 2 instead of 1"),
        ({"extra": [1]}, "extra: 2 instead of 1"),
        ({"nothing": {"contains": "x"}}, "nothing: None fails `contains: x`"),
        ({"nothing": {"a": 1}}, "nothing: None instead of {'a': 1}"),
    ],
)
async def test_a_case_that_does_not_hold_says_why(
    revision: Make, expect: dict[str, Any], failure: str
) -> None:
    result = await run_case(revision(BOT, Bye=BYE), case(expect))

    assert failure in result.failures[0]


async def test_a_step_that_fails_fails_the_case(revision: Make) -> None:
    result = await run_case(revision(BOT), case({"reply": {}}, body=""))

    assert result.failures == ("Permanent: there is nothing to say: draft.body is empty",)


async def test_a_case_without_any_reply_says_so(revision: Make) -> None:
    result = await run_case(revision("{name: daisy, steps: [{class: Draft}]}"), case({"reply": {}}))

    assert result.failures == ("reply: there was none",)
