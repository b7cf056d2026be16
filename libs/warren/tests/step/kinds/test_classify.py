"""Classify against a model server of a test: what it asks, what it takes for a label."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from warren.step.errors import BadAnswer, BrokenStep, Permanent, Retryable
from warren.step.kinds.classify import MAX_TEXT_CHARS, Classify
from warren.step.run_step import run_step

Payload = Callable[..., dict[str, Any]]
LABELS = [
    {"name": "billing", "description": "money, invoices", "examples": ["I was charged twice"]},
    {"name": "Other things"},
]


def said(text: str) -> bytes:
    body = json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]})
    return answer(body)


def answer(body: str, status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
    return head.encode() + body.encode()


async def classify(given: dict[str, Any], **config: Any) -> dict[str, Any]:
    step = Classify({"labels": LABELS, **config}, "desk")
    return await run_step(step, given, timeout_seconds=10)


async def test_it_asks_for_one_of_the_labels_and_nothing_else(server, payload: Payload) -> None:
    server.answers = [said('{"label": "billing"}')]
    given = payload("old", "my invoice", draft={"body": ""}, chatml=[])

    result = await classify(dict(given), model="tiny")

    assert result == {**given, "label": "billing"}
    asked = server.asked[0].body
    assert (asked["model"], asked["temperature"], asked["max_tokens"]) == ("tiny", 0, 60)
    schema = asked["response_format"]["json_schema"]["schema"]
    assert asked["response_format"]["type"] == "json_schema"
    assert schema["properties"] == {
        "label": {"type": "string", "enum": ["billing", "Other things"]}
    }
    rules, *rest = asked["messages"]
    assert "- billing: money, invoices\n- Other things\n" in rules["content"]
    assert rest == [
        {"role": "user", "content": "I was charged twice"},
        {"role": "assistant", "content": '{"label": "billing"}'},
        {"role": "user", "content": "my invoice"},
    ]


@pytest.mark.parametrize(
    "text",
    [
        '{"label": "Other things"}',
        ' {"label":"other THINGS"}\n',
        "Other things",
        '"other things."',
        "`Other things`",
    ],
)
async def test_a_label_is_known_however_it_is_written(server, payload: Payload, text: str) -> None:
    server.answers = [said(text)]
    assert (await classify(payload("x"), into="metadata.topic"))["metadata"] == {
        "topic": "Other things"
    }


@pytest.mark.parametrize(
    "text", ['{"label": "money"}', '{"topic": "billing"}', "It is billing or other", "[1]", "{"]
)
async def test_an_answer_that_is_no_label_is_a_bad_answer_kept_as_it_came(
    server, payload: Payload, text: str
) -> None:
    server.answers = [said(text)]
    given = payload("x")

    with pytest.raises(BadAnswer, match="the model answered none") as caught:
        await classify(given)

    assert str(caught.value) == "the model answered none of the labels", "letters group by it"
    assert text in "".join(getattr(caught.value, "__notes__", ()))
    assert "label" not in given


async def test_a_server_that_knows_no_response_format_is_asked_without(
    server, payload: Payload
) -> None:
    refused = (
        '{"error": {"message": "\'response_format\' of type \'json_schema\' is not supported"}}'
    )
    server.answers = [answer(refused, "400 Bad Request"), said("billing")]

    assert (await classify(payload("x")))["label"] == "billing"

    assert "response_format" not in server.asked[1].body
    assert server.asked[1].body["messages"] == server.asked[0].body["messages"]


@pytest.mark.parametrize(
    ("status", "fate"), [("400 Bad", Permanent), ("401 No", Permanent), ("503 Busy", Retryable)]
)
async def test_other_refusals_are_what_they_are_for_gpt(
    server, payload: Payload, status: str, fate: type[Exception]
) -> None:
    server.answers = [answer('{"error": {"message": "no"}}', status)]
    with pytest.raises(fate, match="answered"):
        await classify(payload("x"))
    assert len(server.asked) == 1


async def test_what_is_classified_can_be_chosen_and_is_cut(server, payload: Payload) -> None:
    server.answers = [said("billing")]
    await classify(payload("x", draft={"body": "y" * 9000}), of="draft.body")
    assert server.asked[0].body["messages"][-1]["content"] == "y" * MAX_TEXT_CHARS


@pytest.mark.parametrize("body", ["", "  \n"])
async def test_nothing_cannot_be_classified(server, payload: Payload, body: str) -> None:
    with pytest.raises(Permanent, match="there is nothing to classify"):
        await classify(payload(body))
    assert server.asked == []


@pytest.mark.parametrize(
    "labels",
    [
        [],
        [{"name": "one"}],
        [{"name": "a"}, {"name": "A"}],
        [{"name": ""}, {"name": "b"}],
        ["a", "b"],
    ],
)
def test_labels_that_cannot_be_told_apart_are_refused(labels: list[Any]) -> None:
    with pytest.raises(BrokenStep, match=r"config\.labels"):
        Classify({"labels": labels}, "desk")


def test_it_asks_the_model_server_and_says_what_its_keys_mean(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:26740/v1")
    step = Classify({"labels": LABELS}, "desk")
    assert (step.hosts, step.activity) == (("127.0.0.1:26740",), "sorting")
    fields = Classify.Config.model_fields.values()
    assert all(each.description and each.examples for each in fields)
