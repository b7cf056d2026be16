import copy
from typing import Any

import jsonpatch
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warren.step.patch import apply, diff

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from([0.0, 1.0, 1.5])
    | st.text("a~/")
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text("ab~/", max_size=2), inner),
    max_leaves=12,
)
objects = st.dictionaries(st.text("ab~/", max_size=2), values, max_size=5)


def exact(value: Any) -> Any:
    """Tell True from 1 and 1 from 1.0, which Python's == does not."""
    if isinstance(value, dict):
        return {key: exact(item) for key, item in value.items()}
    if isinstance(value, list):
        return [exact(item) for item in value]
    return (type(value), value)


@given(objects, objects)
def test_the_patch_turns_before_into_after(before: dict[str, Any], after: dict[str, Any]) -> None:
    was, becomes = copy.deepcopy(before), copy.deepcopy(after)

    patch = diff(before, after)

    assert exact(jsonpatch.apply_patch(before, list(patch))) == exact(becomes)
    assert exact(apply(before, patch)) == exact(becomes)
    assert (exact(before), exact(after)) == (exact(was), exact(becomes))
    assert all(operation["op"] in ("add", "replace", "remove") for operation in patch)


@given(objects)
def test_the_same_document_needs_no_patch(document: dict[str, Any]) -> None:
    assert diff(document, copy.deepcopy(document)) == ()


@given(st.lists(st.integers(0, 2)), st.sets(st.integers(0, 20)), st.integers(3, 9))
def test_inserts_are_seen_as_inserts(was: list[int], places: set[int], new: int) -> None:
    becomes = list(was)
    for place in sorted(places):
        becomes.insert(place, new)

    assert len(diff({"x": was}, {"x": becomes})) == len(places)
    assert len(diff({"x": becomes}, {"x": was})) == len(places)


@pytest.mark.parametrize(
    ("before", "after", "patch"),
    [
        ({"a": 1}, {"a": 2}, [{"op": "replace", "path": "/a", "value": 2}]),
        ({"a": 1}, {"a": True}, [{"op": "replace", "path": "/a", "value": True}]),
        ({"a": 1}, {"a": 1.0}, [{"op": "replace", "path": "/a", "value": 1.0}]),
        ({"a": 1}, {}, [{"op": "remove", "path": "/a"}]),
        ({}, {"a/b~c": None}, [{"op": "add", "path": "/a~1b~0c", "value": None}]),
        ({"a": None}, {}, [{"op": "remove", "path": "/a"}]),
        ({"d": {"b": ""}}, {"d": {"b": "x"}}, [{"op": "replace", "path": "/d/b", "value": "x"}]),
        ({"d": {}}, {"d": []}, [{"op": "replace", "path": "/d", "value": []}]),
        ({"c": [1, 2]}, {"c": [0, 1, 2, 3]}, [
            {"op": "add", "path": "/c/0", "value": 0},
            {"op": "add", "path": "/c/3", "value": 3},
        ]),
        ({"c": [1, 2, 3]}, {"c": [1, 3]}, [{"op": "remove", "path": "/c/1"}]),
        ({"c": [{"x": 1}, 9]}, {"c": [{"x": 2}, 9]}, [
            {"op": "replace", "path": "/c/0/x", "value": 2}
        ]),
    ],
)  # fmt: skip
def test_patches_are_small(
    before: dict[str, Any], after: dict[str, Any], patch: list[dict[str, Any]]
) -> None:
    assert list(diff(before, after)) == patch
