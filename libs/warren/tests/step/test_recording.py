from typing import Any

import pytest
import yaml

from warren.contracts.registry import StepCard
from warren.step.marked_yaml import read
from warren.step.pipeline import Stop
from warren.step.recording import case_of, item, with_case
from warren.step.replies import Reply

CASE = {"name": "new", "given": {"messages": []}, "expect": {"reply": {"body": "Hi"}}}
PLAIN = "name: a  # a bot\nsteps:\n  - class: Draft\n"
ONE = "tests:\n- name: old\n  given: {messages: []}\n"


def stop(step: str, payload: dict[str, Any], reply: str | None = None) -> Stop:
    card = StepCard(id=step, class_name=step, kind=step, timeout_seconds=1, attempts=1)
    said = None if reply is None else Reply(body=reply, metadata={})
    return Stop(card, 0, payload, (), said, 0.0, mocked=False)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (PLAIN, ["new"]),
        (PLAIN + "tests: []\n", ["new"]),
        (PLAIN + "tests:\n", ["new"]),
        (PLAIN + ONE, ["old", "new"]),
        (PLAIN + ONE.replace("\n", "\n  ").rstrip(" "), ["old", "new"]),
        (PLAIN + ONE + "\n# about the zone\ntimezone: UTC\n", ["old", "new"]),
        (PLAIN.rstrip("\n"), ["new"]),
    ],
)
def test_a_case_goes_behind_the_others_and_the_rest_stays(text: str, names: list[str]) -> None:
    made = with_case(text, CASE)

    read = yaml.safe_load(made)
    assert [case["name"] for case in read.pop("tests")] == names
    before = yaml.safe_load(text)
    before.pop("tests", None)
    assert read == before
    assert "# a bot" in made


def test_cases_in_one_line_are_left_alone() -> None:
    with pytest.raises(ValueError, match="in one line"):
        with_case(PLAIN + "tests: [{name: old, given: {messages: []}}]\n", CASE)


def test_a_run_becomes_a_case_in_which_the_outside_is_mocked() -> None:
    said = {"id": "1", "user": "ana", "recipient": "a", "body": "hi", "timestamp": "now"}
    given = {"messages": [said], "draft": {"user": "a"}}
    asked = {**given, "draft": {"user": "a", "body": "Hi Ana"}, "openai": {"id": "x"}}

    case = case_of(
        "greets", given, [stop("think", asked), stop("reply", asked, "Hi Ana")], ["think"]
    )

    assert case == {
        "name": "greets",
        "given": {"messages": [{"user": "ana", "body": "hi"}], "draft": {"user": "a"}},
        "mock": {"think": {"draft": {"body": "Hi Ana"}}},
        "expect": {"reply": {"body": "Hi Ana"}},
    }


def test_a_run_that_said_nothing_is_no_case() -> None:
    with pytest.raises(ValueError, match="said nothing"):
        case_of("silent", {"messages": []}, [stop("think", {})], [])


HARD = (
    "a\u2028b",
    "a\x85b",
    "\u2029",
    "a\n\n b\n",
    " lead",
    "trail ",
    "\t",
    "yes",
    "1",
    "a: b",
    "- x",
    "#no",
    "'q\"",
    "&a *b",
    "\0",
    "\ufeff",
    "line\r\nline",
    "x" * 300 + " y",
    "\N{PILE OF POO}",
)


@pytest.mark.parametrize("body", HARD)
@pytest.mark.parametrize("indent", [0, 2, 4])
def test_every_text_is_read_back_as_it_was(body: str, indent: int) -> None:
    reply = {"body": body}
    case = {"name": body, "given": {"messages": [reply]}, "expect": {"reply": reply}}

    made = "tests:\n" + item(case, indent)

    assert read(made).data == {"tests": [case]}, "and no anchors for what stands there twice"
