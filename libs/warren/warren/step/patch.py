"""What a step changed, as an RFC 6902 patch: it stands in the slip's log, and rebuilds any earlier
payload.

Only add, replace and remove are made. Values are taken from the newer document, not copied.
"""

from collections.abc import Sequence
from typing import Any

import jsonpatch
import orjson

from warren.contracts.base import JsonObject
from warren.step.shape import is_array, is_object

Patch = tuple[JsonObject, ...]


def diff(before: JsonObject, after: JsonObject) -> Patch:
    """Return the operations that turn before into after; empty when they are the same JSON.

    True and 1, and 1 and 1.0, are different. Inserts and removals in lists are seen as such when
    the rest kept its order; otherwise elements are compared place by place.
    """
    operations: list[JsonObject] = []
    _diff_objects(before, after, "", operations)
    return tuple(operations)


def apply(document: JsonObject, operations: Sequence[JsonObject]) -> JsonObject:
    """Return document with the operations applied; document stays as it is."""
    return jsonpatch.apply_patch(document, list(operations))


def _diff_objects(before: JsonObject, after: JsonObject, at: str, out: list[JsonObject]) -> None:
    for key, old in before.items():
        if key not in after:
            out.append({"op": "remove", "path": f"{at}/{_escaped(key)}"})
            continue
        new = after[key]
        if old is not new and not _same_text(old, new):
            _diff_values(old, new, at, key, out)
    for key, new in after.items():
        if key not in before:
            out.append({"op": "add", "path": f"{at}/{_escaped(key)}", "value": new})


def _diff_values(old: Any, new: Any, at: str, key: str, out: list[JsonObject]) -> None:
    if is_object(old) and is_object(new):
        _diff_objects(old, new, f"{at}/{_escaped(key)}", out)
    elif is_array(old) and is_array(new):
        _diff_lists(old, new, f"{at}/{_escaped(key)}", out)
    elif type(old) is not type(new) or old != new:
        out.append({"op": "replace", "path": f"{at}/{_escaped(key)}", "value": new})


def _diff_lists(old: list[Any], new: list[Any], at: str, out: list[JsonObject]) -> None:
    start = 0
    shorter = min(len(old), len(new))
    while start < shorter and _same(old[start], new[start]):
        start += 1
    end = 0
    while end < shorter - start and _same(old[-1 - end], new[-1 - end]):
        end += 1
    was, becomes = old[start : len(old) - end], new[start : len(new) - end]
    if len(was) < len(becomes) and (kept := _places_of(was, becomes)) is not None:
        for index, value in enumerate(
            becomes
        ):  # left to right: each index is already the final one
            if index not in kept:
                out.append({"op": "add", "path": f"{at}/{start + index}", "value": value})
    elif len(was) > len(becomes) and (kept := _places_of(becomes, was)) is not None:
        for index in range(len(was) - 1, -1, -1):  # right to left: earlier indices stay true
            if index not in kept:
                out.append({"op": "remove", "path": f"{at}/{start + index}"})
    else:
        _diff_by_place(was, becomes, start, at, out)


def _diff_by_place(
    was: list[Any], becomes: list[Any], start: int, at: str, out: list[JsonObject]
) -> None:
    both = min(len(was), len(becomes))
    for index in range(both):
        _diff_values(was[index], becomes[index], at, str(start + index), out)
    for index in range(len(was) - 1, both - 1, -1):
        out.append({"op": "remove", "path": f"{at}/{start + index}"})
    for index in range(both, len(becomes)):
        out.append({"op": "add", "path": f"{at}/{start + index}", "value": becomes[index]})


def _places_of(few: list[Any], many: list[Any]) -> set[int] | None:
    """Return where the elements of few stand in many, in order, or None when they do not all."""
    places: set[int] = set()
    index = 0
    for wanted in few:
        while index < len(many) and not _same(wanted, many[index]):
            index += 1
        if index == len(many):
            return None
        places.add(index)
        index += 1
    return places


def _same(left: Any, right: Any) -> bool:
    """Return whether both are the same JSON. Python's == is asked first, then bool and int told
    apart.
    """
    if left is right:
        return True
    if left != right:
        return False
    if is_object(left):
        return all(_same(value, right[key]) for key, value in left.items())
    if is_array(left):
        return all(_same(one, other) for one, other in zip(left, right, strict=True))
    return type(left) is type(right)


def _same_text(left: Any, right: Any) -> bool:
    """Return whether both are written alike: the quick answer for most of a payload."""
    try:
        return orjson.dumps(left) == orjson.dumps(right)
    except TypeError:
        return False


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1") if "~" in key or "/" in key else key
