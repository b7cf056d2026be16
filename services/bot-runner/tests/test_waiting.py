"""What a step does whose host is away, and what a retry carries: pure messages and tables."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from bot_runner import outgoing
from bot_runner.breaker import Wait
from bot_runner.fault import Fault
from bot_runner.incoming import Job, read
from bot_runner.retry import Dead, Hold, decide, wait_for_host
from bot_runner.waiting import WAITING_FOR, activity, expired, unreachable, waiting
from bot_runner.worker import MAX_LOG_ERROR_CHARS
from warren.broker.delivery import Delivery
from warren.contracts.failure import ErrorFacts
from warren.contracts.slip import MAX_SLIP_BYTES, LogEntry
from warren.testing.commands import as_outgoing, first_command
from warren.testing.registry_double import revision_of

AWAY = Wait("api.example.com", 12.3, "Retryable from ConnectError")
NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


def a_job(**headers: Any) -> Job:
    message = as_outgoing(first_command(revision_of("tester", [{"class": "Draft"}])))
    return read(
        Delivery(
            body=message.body,
            routing_key=message.key,
            type=message.type,
            message_id=str(message.message_id),
            correlation_id=str(message.correlation_id),
            headers={"warren-attempt": 2, **headers},
            timestamp=None,
            delivery_count=0,
            redelivered=False,
        )
    )


def an_entry(job: Job) -> LogEntry:
    return LogEntry(
        step="draft", kind="draft", position=0, attempt=job.attempt, revision="r", runner="r-1",
        queued_at=NOW, started_at=NOW, ended_at=NOW, outcome="retried", error="no",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("away", "asked", "left", "expected"),
    [
        (0, None, 600, 5),
        (29, None, 600, 5),
        (30, None, 600, 30),
        (3000, None, 600, 30),
        (3000, None, 32, 5),
        (3000, None, 7, None),
        (0, None, 7, None),
        (0, 0, 600, 5),
        (0, 700, 1000, 700),
        (0, 700, 600, None),
    ],
)
def test_how_long_a_step_waits_for_a_host(
    away: float, asked: float | None, left: float, expected: float | None
):
    assert wait_for_host(away, asked, left) == expected


@pytest.mark.parametrize(
    ("transient", "attempt", "left", "expected"),
    [
        (True, 1, 600, Hold(30)),
        (True, 4, 600, Hold(30)),  # the last attempt too: it is not the message's
        (True, 1, 5, Dead("failed")),
        (False, 1, 600, Dead("failed")),
    ],
)
def test_while_its_host_is_away_a_failure_uses_no_attempt(
    transient: bool, attempt: int, left: float, expected: Hold | Dead
):
    given = Fault(reason="failed", facts=ErrorFacts(type="Error", text=""), transient=transient)
    assert decide(given, attempt, 4, left, away_seconds=60) == expected


def test_a_waiting_step_is_the_same_message_and_says_whom_it_waits_for():
    job = a_job()
    message = waiting(job, AWAY, 30, NOW)
    assert (message.exchange, message.body) == ("retry.30s", job.delivery.body)
    assert (message.key, message.message_id) == ("draft.tester", job.id)
    assert message.headers["warren-attempt"] == 2
    assert message.headers[WAITING_FOR] == "api.example.com"


def test_a_try_that_found_the_host_away_stands_in_the_log_and_uses_no_attempt():
    job = a_job()
    entry = an_entry(job).model_copy(update={"outcome": "held"})
    message = waiting(job, AWAY, 30, NOW, entry)
    assert [each["outcome"] for each in orjson.loads(message.body)["log"]] == ["held"]
    assert (message.headers["warren-attempt"], message.message_id) == (2, job.id)


def test_a_log_takes_only_so_many_of_them():
    job = a_job()
    held = an_entry(job).model_copy(update={"outcome": "held", "error": "x" * MAX_LOG_ERROR_CHARS})
    log = (held,) * outgoing.MAX_HELD
    full = replace(job, command=job.command.model_copy(update={"log": log}))
    message = waiting(full, AWAY, 30, NOW, held)
    assert message.body == job.delivery.body
    assert len(outgoing.encode(full.command)) < MAX_SLIP_BYTES / 5


def test_a_turn_that_can_wait_no_longer_names_host_and_error():
    given = unreachable(AWAY)
    assert (given.reason, given.facts.type, given.transient) == ("failed", "HostUnreachable", False)
    assert "api.example.com does not answer (for 12 s now)" in given.facts.text
    assert "Retryable from ConnectError" in given.facts.text


@pytest.mark.parametrize(
    ("headers", "words"),
    [({WAITING_FOR: "api.example.com"}, "waited for api.example.com"), ({}, "UTC")],
)
def test_what_comes_too_late_says_why(headers: dict[str, str], words: str):
    text = expired(a_job(**headers), NOW).facts.text
    assert words in text
    assert "here it was 2026-11-22 20:00:00" in text, "a runner's wrong clock is seen"


def test_what_people_see_is_short():
    assert activity("api.example.com") == "waiting: api.example.com does not answer"
    assert len(activity("h" * 60)) == 80


def test_a_host_that_asks_for_a_long_wait_gets_it():
    message = waiting(a_job(), AWAY, 700, NOW)
    assert message.exchange == "retry.5m"
    assert message.headers["warren-not-before"] == (NOW + timedelta(seconds=700)).isoformat()
    assert message.headers["warren-attempt"] == 2


@pytest.mark.parametrize(
    ("delay", "rung", "due"),
    [
        (5, "retry.5s", None),
        (30, "retry.30s", None),
        (300, "retry.5m", None),
        (700, "retry.5m", NOW + timedelta(seconds=700)),
    ],
)
def test_a_retry_carries_our_own_headers_only(delay: float, rung: str, due: datetime | None):
    job = a_job(**{"x-death": [{"count": 9}], "x-delivery-count": 1, "stranger": "x"})
    message = outgoing.retry(job, an_entry(job), delay, NOW)
    assert message.exchange == rung
    assert message.headers["warren-attempt"] == 3, "ours, not that of x-death"
    assert message.headers.get("warren-not-before") == (due and due.isoformat())
    assert all(name.startswith("warren-") for name in message.headers)
    assert len(orjson.loads(message.body)["log"]) == 1
    assert isinstance(message.message_id, UUID)


def test_one_more_round_on_a_rung_uses_no_attempt():
    due = (datetime.now(UTC) + timedelta(seconds=400)).isoformat()
    job = a_job(**{"warren-not-before": due})
    message = outgoing.still_waiting(job, 400)
    assert (message.exchange, message.headers["warren-attempt"]) == ("retry.5m", 2)
    assert message.headers["warren-not-before"] == due
