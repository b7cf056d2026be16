from typing import Any

import pytest

from warren.step.errors import BrokenStep, Permanent
from warren.step.kinds.draft import Draft
from warren.step.kinds.reply import Reply
from warren.step.run_step import run_step


async def test_draft_begins_an_empty_answer_from_bot_to_person(payload) -> None:
    given = payload(("bob", "first"), ("ana", "hello"))

    result = await run_step(Draft({}, "daisy", "draft"), given, timeout_seconds=5)

    assert result["draft"] == {"user": "daisy", "recipient": "ana", "body": "", "metadata": {}}


async def test_reply_says_the_draft(payload) -> None:
    draft = {"user": "daisy", "recipient": "ana", "body": "hi"}

    result = await run_step(Reply(), payload("x", draft=draft), timeout_seconds=5)

    assert result["reply"] == {**draft, "metadata": {}}
    assert result["draft"] == draft


async def test_reply_keeps_the_drafts_metadata(payload) -> None:
    draft = {"body": "hi", "metadata": {"a": 1}}

    result = await run_step(Reply(), payload("x", draft=draft), timeout_seconds=5)

    assert result["reply"]["metadata"] == {"a": 1}


async def test_without_a_draft_nothing_is_said(payload) -> None:
    assert "reply" not in await run_step(Reply(), payload("x"), timeout_seconds=5)


@pytest.mark.parametrize("draft", [{"body": ""}, {"body": " \n"}, {"body": None}, {}])
async def test_an_empty_draft_is_an_error_and_never_a_message(payload, draft: Any) -> None:
    with pytest.raises(Permanent, match=r"draft\.body is empty"):
        await run_step(Reply(), payload("x", draft=draft), timeout_seconds=5)


async def test_an_answer_that_was_all_metadata_leaves_it_to_later_steps(payload) -> None:
    given = payload("x", draft={"body": ""}, metadata='{"a": 1}')

    result = await run_step(Reply(), given, timeout_seconds=5)

    assert ("reply" in result, "draft" in result, result["metadata"]) == (False, False, '{"a": 1}')


def test_they_take_no_config() -> None:
    with pytest.raises(BrokenStep, match=r"config\.a"):
        Draft({"a": 1}, "daisy", "draft")
