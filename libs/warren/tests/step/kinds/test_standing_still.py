"""Approve, AskHuman, Delegate, SendAs: what they wait for, and what they make of the answer."""

from typing import Any

import pytest

from warren.contracts.slip import Answer
from warren.step.errors import AskBot, BrokenStep, Permanent, WaitForPerson
from warren.step.kinds.approve import Approve
from warren.step.kinds.ask_human import AskHuman
from warren.step.kinds.delegate import Delegate
from warren.step.kinds.send_as import SendAs
from warren.step.run_step import run_step
from warren.step.step import Step

MESSAGE = {"id": "1", "user": "ana", "recipient": "daisy", "body": "hello {draft}"}
DRAFT = {"user": "daisy", "recipient": "ana", "body": "Hi", "metadata": {"mood": 1}}
STEPS: tuple[tuple[type[Step], dict[str, Any]], ...] = (
    (Approve, {}),
    (AskHuman, {"question": "?"}),
    (Delegate, {"bot": "rose"}),
)
KINDS = {Approve: "approved", AskHuman: "answered", Delegate: "delegated"}


def given() -> dict[str, Any]:
    return {"messages": [dict(MESSAGE)], "draft": dict(DRAFT)}


async def run(step: Step, payload: dict[str, Any], answer: Answer | None = None) -> dict[str, Any]:
    return await run_step(step, payload, timeout_seconds=5, answer=answer)


async def waits(step: Step, payload: dict[str, Any]) -> WaitForPerson:
    with pytest.raises(WaitForPerson) as found:
        await run(step, payload)
    return found.value


async def test_approve_shows_the_draft_as_it_is():
    asked = await waits(Approve({"approver": "asker"}), given())

    assert (asked.kind, asked.to) == ("approval", "asker")
    assert (asked.body, asked.metadata) == ("Hi", {"mood": 1})


async def test_what_was_approved_is_exactly_the_draft():
    value: dict[str, Any] = {"body": "Hi Ana", "metadata": {}}

    after = await run(Approve({}), given(), Answer(kind="approved", by="olga", value=value))

    assert after["draft"] == {**DRAFT, "body": "Hi Ana", "metadata": {}}


@pytest.mark.parametrize("draft", [None, {}, {"body": ""}, {"body": " \n"}, {"body": None}, "text"])
async def test_nothing_to_approve_is_a_letter(draft: Any):
    with pytest.raises(Permanent, match="nothing to approve"):
        await run(Approve({}), {"messages": [MESSAGE], **({"draft": draft} if draft else {})})


async def test_a_question_fills_its_tokens_once_and_nothing_else():
    asked = await waits(AskHuman({"question": "{content}|{draft}|{user}"}), given())

    assert asked.body == "hello {draft}|Hi|{user}"


@pytest.mark.parametrize(
    ("field", "schema", "required"),
    [
        ({}, {"title": "x", "type": "string", "minLength": 1}, ["x"]),
        ({"label": "X!"}, {"title": "X!", "type": "string", "minLength": 1}, ["x"]),
        ({"required": False}, {"title": "x", "type": "string"}, []),
        ({"type": "integer"}, {"title": "x", "type": "integer"}, ["x"]),
        ({"type": "boolean", "required": False}, {"title": "x", "type": "boolean"}, []),
        (
            {"type": "choice", "choices": ["a", "b"]},
            {"title": "x", "type": "string", "enum": ["a", "b"]},
            ["x"],
        ),
    ],
)
async def test_a_form_is_a_json_schema(
    field: dict[str, Any], schema: dict[str, Any], required: list[str]
):
    asked = await waits(AskHuman({"question": "?", "form": {"x": field}}), given())

    assert asked.form["properties"] == {"x": schema}
    assert (asked.form["required"], asked.form["additionalProperties"]) == (required, False)


async def test_without_a_form_one_text_is_asked_for():
    asked = await waits(AskHuman({"question": "?"}), given())

    assert list(asked.form["properties"]) == ["answer"]


async def test_the_answer_goes_where_the_config_says():
    step = AskHuman({"question": "?", "into": "metadata.wish"})

    after = await run(step, given(), Answer(kind="answered", value={"answer": "yes"}))

    assert after["metadata"] == {"wish": {"answer": "yes"}}


async def test_a_bot_is_asked_with_the_conversation_and_the_question_alone():
    with pytest.raises(AskBot) as found:
        await run(Delegate({"persona": "Rose", "ask": "about {draft}"}), given())

    assert (found.value.bot, found.value.persona) == (None, "Rose")
    assert found.value.payload == {"messages": [{**MESSAGE, "body": "about Hi"}]}


@pytest.mark.parametrize("config", [{}, {"bot": "rose", "persona": "Rose"}, {"bot": "Not A Name"}])
def test_delegate_asks_exactly_one_bot(config: dict[str, Any]):
    with pytest.raises(BrokenStep):
        Delegate(config)


@pytest.mark.parametrize(("kind", "config"), STEPS)
@pytest.mark.parametrize("answer", ["approved", "answered", "delegated", "instead"])
async def test_an_answer_that_it_did_not_ask_for_is_a_letter(
    kind: type[Step], config: dict[str, Any], answer: Any
):
    if KINDS[kind] == answer:
        return
    with pytest.raises(Permanent, match=answer):
        await run(kind(config), given(), Answer(kind=answer, value={"body": "x"}))


@pytest.mark.parametrize(
    ("config", "to", "body"),
    [
        ({"to": "ben"}, ["ben"], "Hi"),
        ({"to": ["ben", "cleo"], "text": "{draft} {content}"}, ["ben", "cleo"], "Hi hello {draft}"),
    ],
)
async def test_send_as_leaves_what_is_to_be_sent(config: dict[str, Any], to: list[str], body: str):
    after = await run(SendAs(config), given())

    assert after["send_as"] == {"to": to, "body": body}


@pytest.mark.parametrize(("body", "words"), [("  ", "nothing to send"), ("x" * 16_001, "16001")])
async def test_what_cannot_be_sent_is_a_letter(body: str, words: str):
    with pytest.raises(Permanent, match=words):
        await run(SendAs({"to": "ben"}), {**given(), "draft": {"body": body}})


@pytest.mark.parametrize("to", [[], "Ben!", ["ben", ""], 3])
def test_send_as_names_people(to: Any):
    with pytest.raises(BrokenStep):
        SendAs({"to": to})
