"""The pure decisions as tables: turns, door, listening, payload, allowance, throttle, letters."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, get_args
from uuid import UUID

import pytest

from chat_api.allowance import allowed_seconds
from chat_api.door import Doorway, Join, Start, Wait, for_new_message, may_go_on_here
from chat_api.letters.fate import fate_of
from chat_api.letters.words import plain_words, reference_of
from chat_api.listening import listeners, mentions
from chat_api.passwords import check_new, common
from chat_api.payload import BUDGET_BYTES, Said, first_payload
from chat_api.throttle import FREE_HERE, MAX_PAUSE_SECONDS, pause_seconds
from chat_api.turns import Act, accepts, after
from warren.contracts.chat import ENDED, TurnState
from warren.contracts.failure import FailureReason
from warren.contracts.registry import StepCard
from warren.errors import Unprocessable

POSSIBLE = {
    ("queued", "start"): "running",
    ("queued", "cancel"): "cancelled",
    ("running", "finish"): "done",
    ("running", "park"): "parked",
    ("running", "wait"): "waiting",
    ("running", "cancel"): "cancelled",
    ("waiting", "resume"): "running",
    ("waiting", "finish"): "done",
    ("waiting", "dismiss"): "dismissed",
    ("waiting", "cancel"): "cancelled",
    ("parked", "resume"): "running",
    ("parked", "answer"): "answered",
    ("parked", "dismiss"): "dismissed",
    ("parked", "finish"): "done",
    ("parked", "cancel"): "cancelled",
    ("dismissed", "restore"): "parked",
}


@pytest.mark.parametrize("state", get_args(TurnState))
@pytest.mark.parametrize("act", get_args(Act))
def test_what_may_happen_to_a_turn(state, act):
    assert after(state, act) == POSSIBLE.get((state, act))


def test_an_ended_turn_stays_ended_unless_its_letter_is_restored():
    possible = {(state, act) for state in ENDED for act in get_args(Act) if after(state, act)}

    assert possible == {("dismissed", "restore")}


@pytest.mark.parametrize("state", get_args(TurnState))
@pytest.mark.parametrize("run", [1, 2, 3])
def test_the_gate_takes_only_the_current_run_of_an_open_turn(state, run):
    assert accepts(state, 2, run) is (run == 2 and state in ("running", "parked"))


WAITING = UUID(int=7)


@pytest.mark.parametrize(
    ("held", "waiting", "running", "while_busy", "expected"),
    [
        (False, None, 0, "merge", Start()),
        (False, None, 2, "merge", Wait()),
        (True, None, 1, "merge", Wait()),
        (True, WAITING, 1, "merge", Join(WAITING)),
        (True, WAITING, 1, "queue", Wait()),
        (False, WAITING, 0, "merge", Join(WAITING)),
        (False, WAITING, 0, "queue", Wait()),
        (False, None, 1, "queue", Start()),
    ],
)
def test_a_new_message_at_the_door(held, waiting, running, while_busy, expected):
    assert for_new_message(Doorway(held, waiting, running, 2), while_busy) == expected


@pytest.mark.parametrize(
    ("held", "running", "elsewhere", "goes"),
    [
        (False, 1, False, True),
        (False, 1, True, False),
        (True, 1, False, False),
        (False, 2, False, False),
    ],
)
def test_the_next_turn_of_a_conversation(held, running, elsewhere, goes):
    assert may_go_on_here(Doorway(held, WAITING, running, 2), elsewhere) is goes


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("hello", set()),
        ("@echo hi", {"echo"}),
        ("hi @Echo, and (@tutor)!", {"echo", "tutor"}),
        ("@echo-bot", {"echo-bot"}),
        ("@echo-", {"echo"}),
        ("mail ana@echo.org", set()),
        ("@@echo", set()),
        ("@echo_x @echo@x", set()),
        ("@echo's @echo.", {"echo"}),
        ("über@echo", set()),
        ("@1echo", set()),
    ],
)
def test_mentions(body, expected):
    assert mentions(body) == expected


def bot(name, listens="mentioned", removed=False) -> Any:
    return SimpleNamespace(on="message", name=name, listens=listens, removed=removed)


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("direct", "hello", ["echo", "tutor", "all"]),
        ("group", "hello", ["all"]),
        ("group", "@tutor", ["tutor", "all"]),
        ("group", "@gone", ["all"]),
    ],
)
def test_who_listens(kind, body, expected):
    bots = [bot("echo"), bot("tutor"), bot("all", "all"), bot("gone", removed=True)]
    assert [one.name for one in listeners(kind, body, bots)] == expected


def said(number, author="ana", body="hello", by_bot=False, asked_by=None):
    return Said(UUID(int=number), author, by_bot, body, datetime.now(UTC), asked_by)


def test_people_write_to_the_bot_and_bots_to_whom_they_answered():
    payload = first_payload(
        "echo",
        [
            said(1),
            said(2, "echo", by_bot=True, asked_by="ana"),
            said(3, "other", by_bot=True),
            said(4, "ben"),
        ],
    )
    assert [(one["user"], one["recipient"]) for one in payload["messages"]] == [
        ("ana", "echo"),
        ("echo", "ana"),
        ("other", "ben"),
        ("ben", "echo"),
    ]


def test_the_oldest_messages_are_left_out_when_all_would_be_too_much():
    long = "\N{GRINNING FACE}" * 4000
    payload = first_payload("echo", [said(number, body=long) for number in range(9)])
    kept = [UUID(one["id"]).int for one in payload["messages"]]
    assert kept == [7, 8]
    assert len(long.encode("unicode_escape")) * len(kept) < BUDGET_BYTES


def test_the_message_that_is_answered_always_stays():
    payload = first_payload("echo", [said(1), said(2, body="x" * (BUDGET_BYTES + 1))])
    assert [UUID(one["id"]).int for one in payload["messages"]] == [2]


@pytest.mark.parametrize(
    ("steps", "seconds"),
    [
        ([], 60),
        ([(10, 1)], 70),
        ([(10, 2)], 60 + 20 + 5),
        ([(10, 4)], 60 + 40 + 5 + 30 + 300),
        ([(1, 6), (2, 1)], 60 + 6 + 5 + 30 + 3 * 300 + 2),
    ],
)
def test_how_long_a_turn_may_take(steps, seconds):
    cards = [
        StepCard(id="a", class_name="A", kind="a", timeout_seconds=timeout, attempts=attempts)
        for timeout, attempts in steps
    ]
    assert allowed_seconds(cards) == seconds


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 0), (4, 0), (5, 2), (6, 4), (8, 16), (60, MAX_PAUSE_SECONDS)]
)
def test_pauses_after_failed_logins(failures, seconds):
    assert pause_seconds(failures, FREE_HERE) == seconds


def turn(state, run=2) -> Any:
    return SimpleNamespace(state=state, run=run)


@pytest.mark.parametrize(
    ("row", "run", "reason", "fate"),
    [
        (None, 1, "failed", "open"),
        (turn("running"), 2, "failed", "park"),
        (turn("running"), None, "undecodable", "park"),
        (turn("running"), 1, "failed", "late"),
        (turn("running"), 3, "failed", "late"),
        (turn("running"), 2, "lost", "park"),
        (turn("parked"), 2, "failed", "double"),
        (turn("parked"), 2, "lost", "forget"),
        (turn("done"), 2, "lost", "forget"),
        (turn("done"), 2, "failed", "late"),
        (turn("cancelled"), 1, "failed", "late"),
        (turn("queued"), 2, "failed", "late"),
    ],
)
def test_what_a_letter_does_to_its_turn(row, run, reason, fate):
    facts: Any = SimpleNamespace(run=run, reason=reason)
    assert fate_of(row, facts) == fate


@pytest.mark.parametrize("reason", get_args(FailureReason))
def test_every_failure_has_plain_words(reason):
    text = plain_words(reason)
    assert "kept safe" in text
    assert reference_of(UUID(int=0xABC << 100)).startswith("W-")


def test_common_passwords_are_refused_and_good_ones_are_not():
    assert all(len(one) >= 8 for one in common())
    for bad in ("Password1", "87654321", "ababab" * 3, "ana2024!", "QWERTYUIOP"):
        with pytest.raises(Unprocessable):
            check_new(bad, "ana")
    check_new("a quiet river at noon", "ana")
    check_new("zürich über alles", "ana")
