"""A turn's trace as a case of the bot's `tests:`: pure tables, and two that `warren bots test`
would pass."""

from datetime import UTC, datetime

import pytest

from chat_api.ledger.cases import (
    MAX_NAME_CHARS,
    SOME_REPLY,
    UNKNOWN_ANSWER,
    Run,
    case,
    expected_of,
    given_of,
    mocks_behind,
    mocks_of,
    named,
)
from warren.contracts.bot import BotFile, BotTest
from warren.contracts.registry import StepCard
from warren.contracts.slip import LogEntry
from warren.step.cases import run_case
from warren.step.patch import diff
from warren.step.revision import build

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FIRST = {
    "messages": [
        {"id": "1", "user": "ana", "recipient": "echo", "body": "hello", "timestamp": "2026"}
    ],
    "zone": "UTC",
}
GIVEN = {"messages": [{"user": "ana", "body": "hello"}], "zone": "UTC"}


def walked(*steps, first=FIRST):
    """A run of steps (id, kind, outcome, what it laid over the payload, path)."""
    payload, log = first, []
    for position, (step, kind, outcome, part, *path) in enumerate(steps):
        after = payload | part
        log.append(
            LogEntry(
                step=step, kind=kind, path=tuple(path), position=position, revision="r1",
                runner="", queued_at=NOW, started_at=NOW, ended_at=NOW, outcome=outcome,
                patch=diff(payload, after),
            )
        )  # fmt: skip
        payload = after
    return Run(first, log)


def said(body):
    return {"draft": {"body": body}}


@pytest.mark.parametrize(
    ("steps", "mocks"),
    [
        ([], {}),
        ([("draft", "draft", "done", said(""))], {}),
        ([("draft", "draft", "done", said("")), ("think", "gpt", "done", said("Hi"))],
         {"think": said("Hi")}),
        ([("think", "gpt", "done", said("Hi") | {"openai": {"long": 1}})], {"think": said("Hi")}),
        ([("a", "classify", "done", {"label": "x"}), ("b", "http", "done", {"http": [1]}),
          ("c", "recall", "done", {"recalled": []}), ("d", "askhuman", "done", {"answer": {}}),
          ("e", "remember", "done", {}), ("f", "template", "done", {"y": 1})],
         {"a": {"label": "x"}, "b": {"http": [1]}, "c": {"recalled": []}, "d": {"answer": {}},
          "e": {}}),
        ([("think", "gpt", "retried", {}), ("think", "gpt", "held", {}),
          ("think", "gpt", "done", said("Hi"))], {"think": said("Hi")}),
        ([("think", "gpt", "dead", {})], {}),
        ([("think", "gpt", "fallback", said("Later."))], {"think": said("Later.")}),
        ([("think", "gpt", "finished", said("By hand"))], {"think": said("By hand")}),
        # What a person changed before the step is not what the step wrote.
        ([("think", "gpt", "edited", {"zone": "X"}), ("think", "gpt", "done", said("Hi"))],
         {"think": said("Hi")}),
        # What was approved in other words is not what the bot wrote.
        ([("ok", "approve", "asked", {}), ("ok", "approve", "done", said("Edited"))], {"ok": {}}),
        # Asked: the step runs again with the answer.
        ([("ask", "askhuman", "asked", {}), ("ask", "askhuman", "done", {"answer": {"a": 1}})],
         {"ask": {"answer": {"a": 1}}}),
        # The child's steps are the child's; the Delegate step wrote what came back.
        ([("ask", "delegate", "delegated", {"zone": "child"}),
          ("think", "gpt", "done", said("inner"), "ask"),
          ("ask", "delegate", "returned", {"zone": "UTC"} | said("")),
          ("ask", "delegate", "done", {"delegated": {"replies": ["inner"]}})],
         {"ask": {"delegated": {"replies": ["inner"]}} | said("")}),
    ],
)  # fmt: skip
def test_what_the_outside_wrote_becomes_mocks(steps, mocks):
    assert mocks_of(walked(*steps)) == mocks


def test_the_case_of_an_asked_bot_begins_with_what_it_was_given():
    run = walked(
        ("think", "gpt", "done", said("outer")),
        ("ask", "delegate", "delegated", {"zone": "child"}),
        ("think", "gpt", "done", said("inner"), "ask"),
    )
    child = Run(run.first_input, run.log, ("ask",))

    assert given_of(child) == GIVEN | said("outer") | {"zone": "child"}
    assert mocks_of(child) == {"think": said("inner")}
    assert given_of(Run(run.first_input, run.log[:1], ("ask",))) is None


@pytest.mark.parametrize(
    ("first", "given"),
    [(FIRST, GIVEN), ({}, {"messages": []}), ({"messages": "odd"}, {"messages": []})],
)
def test_messages_are_given_as_they_were_said(first, given):
    assert given_of(Run(first, ())) == given


def test_a_log_that_does_not_fit_tells_what_it_can():
    run = walked(("think", "gpt", "done", said("Hi")), ("b", "http", "done", {"x": 1}))
    broken = run.log[1].model_copy(update={"patch": ({"op": "remove", "path": "/none"},)})

    assert mocks_of(Run(FIRST, (run.log[0], broken))) == {"think": said("Hi")}


STEPS = tuple(
    StepCard(id=id, class_name=kind, kind=kind, timeout_seconds=1, attempts=1)
    for id, kind in (("draft", "draft"), ("mine", "mine"), ("think", "gpt"), ("look", "http"),
                     ("ask", "delegate"), ("mind", "recall"), ("reply", "reply"))
)  # fmt: skip


REST = {
    "look": {},
    "ask": {"delegated": {"bot": "", "replies": [{"body": UNKNOWN_ANSWER}]}},
    "mind": {"recalled": []},
}


@pytest.mark.parametrize(
    ("failed", "known", "mocks"),
    [
        (1, {}, {"think": said(UNKNOWN_ANSWER), **REST}),
        (
            1,
            {"think": said("Hi"), "look": {"x": 1}},
            {"think": said("Hi"), **REST, "look": {"x": 1}},
        ),
        (2, {"think": said("by hand")}, REST),  # the failed step itself runs
        (5, {}, {}),
        (9, {}, {}),
        (-1, {"think": said("Hi")}, {"think": said("Hi"), **REST}),
    ],
)
def test_steps_behind_a_failed_one_are_mocked_as_far_as_is_known(failed, known, mocks):
    assert mocks_behind(failed, STEPS, known) == mocks


@pytest.mark.parametrize(
    ("kind", "expect"),
    [
        ("correction", {"reply": {"body": "better"}}),
        ("draft_edited", {"reply": {"body": "better"}}),
        ("draft_sent", {"reply": {"body": "said"}}),
        ("thumb_up", {"reply": {"body": "said"}}),
        ("thumb_down", {"reply": {"body": {"lacks": "said"}}}),
        ("draft_rejected", {"reply": {"body": {"lacks": "said"}}}),
        ("shape", SOME_REPLY),
        ("latency", None),
    ],
)
def test_what_a_case_expects(kind, expect):
    assert expected_of(kind, "better", "said") == expect


@pytest.mark.parametrize(
    ("body", "name"),
    [("hello", "x: hello"), (" a\n b ", "x: a b"), ("", "x"), ("y" * 99, "x: " + "y" * 76 + "…")],
)
def test_a_case_is_named_after_the_question(body, name):
    made = named("x", {"messages": [{"user": "ana", "body": body}]})
    assert (made, len(made) <= MAX_NAME_CHARS) == (name, True)
    assert named("x", {"messages": []}) == "x"


BOT = BotFile.model_validate(
    {
        "name": "echo",
        "steps": [{"class": "Draft"}, {"class": "Format"}, {"id": "think", "class": "Gpt"},
                  {"class": "Reply"}],
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "wanted", "passes"),
    [("thumb_up", "", True), ("correction", "Hello Ana", False), ("thumb_down", "", False),
     ("shape", "", True)],
)  # fmt: skip
async def test_the_case_runs_without_a_key(kind, wanted, passes):
    run = walked(("draft", "draft", "done", said("")), ("think", "gpt", "done", said("Hello Anna")))
    given, expect = given_of(run), expected_of(kind, wanted, "Hello Anna")
    assert given is not None
    assert expect is not None
    made = case("n", given, mocks_of(run), expect, "ledger-1")

    result = await run_case(build(BOT, {}, NOW), BotTest.model_validate(made))

    assert (result.failures == ()) is passes, result.failures
