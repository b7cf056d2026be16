"""Which statuses may pass, and Retry-After, as tables."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from warren.step.passing import asked_to_wait, may_pass, retry_after

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((408, 425, 429, 500, 502, 503, 504, 529, 599), True),
        ((200, 301, 400, 401, 403, 404, 409, 418, 422, 600), False),
    ],
)
def test_which_statuses_may_pass(statuses: tuple[int, ...], expected: bool) -> None:
    assert {may_pass(each) for each in statuses} == {expected}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (3, 3.0),
        (timedelta(minutes=1), 60.0),
        ("Sun, 22 Nov 2026 09:00:30 GMT", 30.0),
        ("soon", None),
        (None, None),
        ([1], None),
        (10**400, None),
        (float("nan"), None),
    ],
)
def test_what_an_author_gives_is_a_number_or_nothing(given: object, expected: float | None) -> None:
    assert asked_to_wait(given, NOW) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "120"}, 120.0),
        ({"Retry-After": "0"}, 0.0),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after": "-3"}, 0.0),
        ({"Retry-After": "Sun, 22 Nov 2026 09:00:30 GMT"}, 30.0),
        ({"retry-after": "Sun, 22 Nov 2026 09:00:10 -0000"}, 10.0),
        ({"retry-after": "Sun, 22 Nov 2026 08:00:00 GMT"}, 0.0),
        ({"retry-after": "Sun, 22 Nov 99999 08:00:00 GMT"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": 5}, None),
        ({}, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(headers: dict[str, Any], expected: float | None) -> None:
    assert retry_after(headers, NOW) == expected
