from typing import Any

import pytest

from warren.step.errors import Permanent
from warren.step.places import NothingThere, put, take

GIVEN: dict[str, Any] = {"messages": [{"body": "a"}, {"body": "b"}], "draft": {"1": {"x": None}}}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("draft", {"1": {"x": None}}),
        ("messages.0.body", "a"),
        ("messages.-1.body", "b"),
        ("draft.1.x", None),
    ],
)
def test_a_value_is_found(path: str, value: Any) -> None:
    assert take(GIVEN, path) == value


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("label", "the payload has no `label`: does"),
        ("messages.2.body", "(there is no `messages.2`)"),
        ("messages.-3", "no `messages.-3`"),
        ("messages.body", "no `messages.body`"),
        ("draft.1.x.y", "no `draft.1.x.y`"),
    ],
)
def test_what_is_not_there_is_named(path: str, said: str) -> None:
    with pytest.raises(NothingThere) as caught:
        take(GIVEN, path)
    assert said in str(caught.value)


def test_a_value_is_put_and_objects_are_made_on_the_way() -> None:
    payload: dict[str, Any] = {"draft": {"user": "daisy"}, "metadata": None}
    put(payload, "draft.body", "x")
    put(payload, "metadata.a.b", [1])
    put(payload, "label", "y")
    assert payload == {
        "draft": {"user": "daisy", "body": "x"}, "metadata": {"a": {"b": [1]}}, "label": "y",
    }  # fmt: skip


@pytest.mark.parametrize("path", ["messages", "messages.0.body", "label.x"])
def test_some_places_are_not_to_be_written(path: str) -> None:
    with pytest.raises(Permanent, match="cannot be written"):
        put({"messages": [], "label": "a"}, path, 1)
