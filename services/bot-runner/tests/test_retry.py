"""retry.decide and the rungs as tables."""

import pytest

from bot_runner.fault import Fault
from bot_runner.retry import Dead, Retry, decide, goes_round, rung
from warren.contracts.failure import ErrorFacts, FailureReason


def fault(
    *, transient: bool = True, after: float | None = None, reason: FailureReason = "failed"
) -> Fault:
    facts = ErrorFacts(type="Error", text="")
    return Fault(reason=reason, facts=facts, transient=transient, retry_after_seconds=after)


@pytest.mark.parametrize(
    ("given", "attempt", "attempts", "left", "expected"),
    [
        (fault(), 1, 4, 9999, Retry(5)),
        (fault(), 2, 4, 9999, Retry(30)),
        (fault(), 3, 4, 9999, Retry(300)),
        (fault(), 7, 10, 9999, Retry(300)),
        (fault(), 4, 4, 9999, Dead("failed")),
        (fault(), 1, 1, 9999, Dead("failed")),
        (fault(transient=False), 1, 4, 9999, Dead("failed")),
        (fault(transient=False, reason="bad_output"), 1, 4, 9999, Dead("bad_output")),
        (fault(reason="timeout"), 4, 4, 9999, Dead("timeout")),
        (fault(after=2), 3, 4, 9999, Retry(2)),
        (fault(after=0), 1, 4, 9999, Retry(0)),
        (fault(after=700), 1, 4, 9999, Retry(700)),
        (fault(after=100_000), 1, 4, 10**9, Dead("failed")),
        (fault(), 3, 4, 200, Dead("failed")),
        (fault(reason="timeout"), 1, 4, 0, Dead("timeout")),
    ],
)
def test_what_follows_a_failed_attempt(
    given: Fault, attempt: int, attempts: int, left: float, expected: Retry | Dead
):
    assert decide(given, attempt, attempts, left) == expected


@pytest.mark.parametrize(
    ("alike", "attempt", "expected"),
    [
        (0, 1, Retry(5)),
        (1, 2, Dead("bad_output")),
        (0, 2, Retry(30)),  # the first try failed otherwise: this is the first bad answer
        (0, 4, Dead("bad_output")),
        (3, 4, Dead("bad_output")),
    ],
)
def test_a_bad_answer_is_tried_once_more(alike: int, attempt: int, expected: Retry | Dead):
    given = fault(reason="bad_output").model_copy(update={"at_most": 2})
    assert decide(given, attempt, 4, 9999, alike) == expected


@pytest.mark.parametrize(
    ("delay", "name", "round_again"),
    [
        (0, "retry.5s", False),
        (5, "retry.5s", False),
        (5.1, "retry.30s", False),
        (30, "retry.30s", False),
        (31, "retry.5m", False),
        (300, "retry.5m", False),
        (301, "retry.5m", True),
        (3600, "retry.5m", True),
    ],
)
def test_the_rung_is_the_smallest_that_waits_long_enough(
    delay: float, name: str, round_again: bool
):
    assert rung(delay) == name
    assert goes_round(delay) is round_again
