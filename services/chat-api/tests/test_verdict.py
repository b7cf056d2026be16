"""Is a replay still of use? Every state of a turn, and each reason before the ones after it."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from chat_api.letters.verdict import duration, verdict
from warren.contracts.chat import TurnState

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def said(**more):
    """The verdict on a letter of a parked turn that failed a minute ago, but for what is given."""
    given = {
        "turn_state": "parked",
        "finished": False,
        "corrected": False,
        "overtaken": False,
        "failed_at": NOW - timedelta(minutes=1),
        "expires_after": "7d",
        "now": NOW,
    }
    return verdict(**(given | more))


OLD = NOW - timedelta(days=8)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "needed"),
        ({"turn_state": None}, "needed"),
        ({"turn_state": None, "finished": True, "overtaken": True, "failed_at": OLD}, "needed"),
        ({"turn_state": "answered"}, "answered"),
        ({"turn_state": "answered", "overtaken": True, "failed_at": OLD}, "answered"),
        ({"turn_state": "done"}, "needed"),
        ({"turn_state": "done", "finished": True}, "answered"),
        ({"turn_state": "done", "finished": True, "overtaken": True}, "answered"),
        ({"turn_state": "done", "overtaken": True}, "overtaken"),
        ({"finished": True}, "needed"),  # it failed again after a person's output
        ({"turn_state": "running", "finished": True}, "needed"),
        ({"turn_state": "dismissed", "finished": True}, "needed"),
        ({"corrected": True}, "answered"),
        ({"turn_state": "done", "corrected": True, "overtaken": True}, "answered"),
        ({"turn_state": None, "corrected": True}, "needed"),
        ({"overtaken": True}, "overtaken"),
        ({"overtaken": True, "failed_at": OLD}, "overtaken"),
        ({"failed_at": OLD}, "expired"),
        ({"failed_at": NOW - timedelta(days=7)}, "needed"),
        ({"failed_at": NOW - timedelta(days=7, microseconds=1)}, "expired"),
        ({"failed_at": OLD, "expires_after": None}, "expired"),
        ({"failed_at": OLD, "expires_after": "30d"}, "needed"),
        ({"failed_at": NOW - timedelta(minutes=31), "expires_after": "30m"}, "expired"),
        ({"failed_at": NOW + timedelta(hours=1)}, "needed"),  # a runner's clock is ahead
    ],
)
def test_the_verdict(given, expected):
    assert said(**given) == expected


@pytest.mark.parametrize("state", get_args(TurnState))
@pytest.mark.parametrize("finished", [False, True])
def test_answered_is_only_what_a_person_answered(state, finished):
    by_hand = state == "answered" or (state == "done" and finished)
    assert (said(turn_state=state, finished=finished) == "answered") is by_hand


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30m", timedelta(minutes=30)),
        ("12h", timedelta(hours=12)),
        ("7d", timedelta(days=7)),
        ("0d", timedelta()),
        (None, timedelta(days=7)),
        ("", timedelta(days=7)),
        ("soon", timedelta(days=7)),
        ("7", timedelta(days=7)),
        ("-1d", timedelta(days=7)),
        ("1w", timedelta(days=7)),
        ("999999d", timedelta(days=999_999)),
        ("2000000d", timedelta(days=7)),
        ("9" * 5000 + "d", timedelta(days=7)),
        ("٣d", timedelta(days=7)),
        ("3d\n", timedelta(days=7)),
    ],
)
def test_a_duration(text, expected):
    assert duration(text) == expected
