from typing import Any

import pytest

from warren.step.errors import BadOutput
from warren.step.replies import Reply, take_reply


def test_the_reply_goes_together_with_the_draft() -> None:
    payload = {"a": 1, "draft": {"body": "x"}, "reply": {"body": "hi", "metadata": {"m": 1}}}

    rest, reply = take_reply(payload, "reply")

    assert rest == {"a": 1}
    assert reply == Reply("hi", {"m": 1})
    assert "reply" in payload


def test_without_a_reply_the_payload_is_left_alone() -> None:
    payload = {"draft": {"body": "x"}}

    assert take_reply(payload, "think") == (payload, None)


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [(None, {}), ("", {}), ('{"a": 1}', {"a": 1}), ({"a": 1}, {"a": 1})],
)
def test_metadata_may_be_json_text(metadata: Any, expected: dict[str, Any]) -> None:
    _, reply = take_reply({"reply": {"body": "hi", "metadata": metadata}}, "reply")

    assert reply == Reply("hi", expected)


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        ("hi", "without a text `body`"),
        ({}, "without a text `body`"),
        (None, "without a text `body`"),
        ({"body": None}, "without a text `body`"),
        ({"body": " \n"}, "an empty reply"),
        ({"body": "a\0b"}, "a NUL character"),
        ({"body": "x" * 64_001}, "a reply of 64001 characters"),
        ({"body": "hi", "metadata": "words"}, "metadata that is no JSON object"),
        ({"body": "hi", "metadata": [1]}, "metadata that is no JSON object"),
    ],
)
def test_what_is_no_reply_is_refused(reply: Any, text: str) -> None:
    with pytest.raises(BadOutput, match="step 'say' left") as caught:
        take_reply({"reply": reply}, "say")

    assert text in str(caught.value)
