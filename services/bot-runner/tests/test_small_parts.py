"""Pure parts as tables: names, kinds, headers, cancelled runs, the throttle of progress."""

from uuid import uuid4

import pytest

from bot_runner.cancelled import CancelledRuns
from bot_runner.fault import Fault
from bot_runner.identity import new_runner_id
from bot_runner.incoming import holds_nul, int_or_none
from bot_runner.isolation import crash, result
from bot_runner.progress import DELTA_SECONDS, Throttle
from bot_runner.revisions import is_digest
from bot_runner.serving import prefetch, wanted


def test_a_runner_is_named_by_its_host_and_by_chance():
    one, other = new_runner_id("Box.Example_1"), new_runner_id("Box.Example_1")
    assert one.startswith("box-example-1-")
    assert one != other


@pytest.mark.parametrize(
    ("in_use", "only", "expected"),
    [
        (("draft", "gpt"), (), {"draft", "gpt"}),
        (("draft", "gpt"), ("gpt",), {"gpt"}),
        (("draft",), ("gpt",), set()),
        ((), (), set()),
    ],
)
def test_kinds_to_serve(in_use: tuple[str, ...], only: tuple[str, ...], expected: set[str]):
    assert wanted(in_use, frozenset(only)) == expected


@pytest.mark.parametrize(
    ("kind", "seen", "expected"),
    [("gpt", {}, 4), ("mine", {}, 10), ("mine", {"mine": 3}, 3), ("gpt", {"gpt": 7}, 7)],
)
def test_prefetch_is_what_the_class_says(kind: str, seen: dict[str, int], expected: int):
    assert prefetch(kind, seen) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (rb'{"a":"\u0000"}', True),
        (rb'{"a":"\\u0000"}', False),
        (rb'{"a":"\\\u0000"}', True),
        (rb'{"a":"u0000"}', False),
    ],
)
def test_a_nul_is_found_and_a_backslash_is_not_one(body: bytes, expected: bool):
    assert holds_nul(body) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(3, 3), ("3", 3), (True, None), ("x", None), (None, None), ("9" * 10, None), (2.5, None)],
)
def test_headers_that_should_be_numbers(value: object, expected: int | None):
    assert int_or_none(value) == expected


def test_lower_runs_of_a_cancelled_turn_are_over():
    runs, turn = CancelledRuns(), uuid4()
    runs.note(turn, 3)
    runs.note(turn, 2)
    assert runs.covers(turn, 2)
    assert not runs.covers(turn, 3)
    assert not runs.covers(uuid4(), 1)


def test_only_so_many_cancelled_turns_are_kept():
    runs, turns = CancelledRuns(kept=2), [uuid4() for _ in range(3)]
    for turn in turns:
        runs.note(turn, 2)
    assert [runs.covers(turn, 1) for turn in turns] == [False, True, True]


def test_the_throttle_lets_twenty_pieces_a_second_pass():
    throttle, now, passed = Throttle(DELTA_SECONDS), 100.0, 0
    while now < 101.0:
        if throttle.wait(now) == 0:
            throttle.passed(now)
            passed += 1
        now += 0.001
    assert 19 <= passed <= 20


@pytest.mark.parametrize(
    ("status", "name", "words"),
    [
        (-11, "SIGSEGV", "signal SIGSEGV (11)"),
        (-9, "SIGKILL", "SIGKILL"),
        (-35, "SIG35", "signal SIG35 (35)"),
        (3, "exit 3", "status 3"),
    ],
)
def test_a_dead_child_names_its_end(status: int, name: str, words: str):
    fault = crash(status, "last words")
    assert (fault.reason, fault.facts.type, fault.transient) == ("crashed", name, False)
    assert words in fault.facts.text


@pytest.mark.parametrize("answer", [b"", b"{", b"[]", b"{}"])
def test_a_child_without_an_answer_has_crashed(answer: bytes):
    fault = result(answer, 0, "")
    assert isinstance(fault, Fault)
    assert fault.reason == "crashed"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a" * 64, True), ("A" * 64, False), ("a" * 63, False), ("../" + "a" * 61, False)],
)
def test_a_digest_is_sixty_four_hex_digits(text: str, expected: bool):
    assert is_digest(text) is expected
