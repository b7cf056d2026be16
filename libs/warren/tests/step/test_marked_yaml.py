from typing import Any

import pytest

from warren.step.marked_yaml import read


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("on", "on"), ("off", "off"), ("yes", "yes"), ("no", "no"), ("y", "y"),
        ("true", True), ("false", False), ("True", True), ("null", None), ("~", None), ("", None),
        ("12", 12), ("-3", -3), ("+4", 4), ("1.5", 1.5), ("1e3", 1000.0), (".5", 0.5),
        ("12:30", "12:30"), ("2026-11-22", "2026-11-22"), ("0x1f", "0x1f"), ("1_000", "1_000"),
        (".inf", ".inf"), (".nan", ".nan"), ("'12'", "12"), ('"true"', "true"), ("'~'", "~"),
        ("[a, 1]", ["a", 1]), ("{a: {b: 1}}", {"a": {"b": 1}}), ("{<<: 1}", {"<<": 1}),
        ("|\n  {username}\n  a: b", "{username}\na: b"),
    ],
)  # fmt: skip
def test_values_are_what_they_look_like(written: str, value: Any) -> None:
    marked = read(f"x: {written}")

    assert marked.faults == ()
    assert marked.data == {"x": value}
    assert type(marked.data["x"]) is type(value)


def test_keys_are_always_text() -> None:
    assert read("on: 1\nno: 2\n1: 3\ntrue: 4\n~: 5").data == {
        "on": 1, "no": 2, "1": 3, "true": 4, "~": 5,
    }  # fmt: skip


def test_places_count_from_one() -> None:
    marked = read("name: x\nsteps:\n  - class: A\n    config: {b: [1, 22]}\n")

    assert marked.place(("name",)) == (1, 7)
    assert marked.key_place(("steps", 0, "config")) == (4, 5)
    assert marked.place(("steps", 0, "config", "b", 1)) == (4, 21)
    assert marked.place(("steps", 0, "nowhere", "at", "all")) == (3, 5)
    assert marked.key_place(("nowhere",)) == (1, 1)


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("", 1, 1, "the file is empty"),
        ("# only a comment\n", 1, 1, "the file is empty"),
        ("a: 1\na: 2\n", 2, 1, 'key "a" stands here twice'),
        ("a: &x 1\n", 1, 4, "anchor &x is not allowed"),
        ("a: 1\nb: *x\n", 2, 4, "alias *x is not allowed"),
        ("a: !!python/object:os.system x\n", 1, 4, "a tag is not allowed here"),
        ("a: !env X\n", 1, 4, "a tag is not allowed here"),
        ("[a]: 1\n", 1, 1, "a key must be text"),
        ("a: 99999999999999999999\n", 1, 4, "the number is too big"),
        ("a: 1e999\n", 1, 4, "the number is too big"),
        ('a: "\\0"\n', 1, 4, "a NUL character is not allowed"),
        ('a: "\\ud800"\n', 1, 4, "half of a character is not allowed"),
        ("a: 1\nb: \x07\n", 2, 4, "the character U+0007 may not stand in a file"),
        ("a: b: c\n", 1, 4, "a text with `: ` in it begins here"),
        ("a:\n\t- b\n", 2, 1, "a tab stands in the indentation"),
        ("a: 1\n---\nb: 2\n", 2, 1, "a second document begins here"),
        ("a: [1, 2\n", 1, 4, "this [ is never closed"),
        ("a: " + "[" * 60 + "]" * 60, 1, 43, "not YAML: nested more than 40 deep"),
        ("a: " + "[" * 60_000, 1, 43, "not YAML: nested more than 40 deep"),
        ("a: |\n" + "  x\n" * 20_000, 1, 1, "the file is over 64 KiB"),
    ],
)
def test_what_is_refused_is_told_with_its_place(
    text: str, line: int, column: int, message: str
) -> None:
    fault = read(text).faults[0]

    assert fault.message.startswith(message)
    assert (fault.place.line, fault.place.column) == (line, column)


def test_all_faults_are_told_at_once() -> None:
    faults = read("a: &x 1\nb: *x\na: !t 2\n").faults

    assert sorted(fault.place for fault in faults) == [(1, 4), (2, 4), (3, 1), (3, 4)]
