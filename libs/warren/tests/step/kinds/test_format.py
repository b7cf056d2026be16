from typing import Any

import pytest

from warren.step.kinds.format import Format
from warren.step.run_step import run_step


async def chatml(given: dict[str, Any], zone: str = "UTC", **config: Any) -> list[dict[str, str]]:
    step = Format(config, "daisy", "format", timezone=zone)
    return (await run_step(step, given, timeout_seconds=5))["chatml"]


async def test_people_are_users_and_the_bot_is_the_assistant(payload) -> None:
    given = payload("hello", ("daisy", "hi"), ("bob.k", "hey"))

    assert await chatml(given) == [
        {"role": "user", "name": "ana", "content": "hello"},
        {"role": "assistant", "name": "daisy", "content": "hi"},
        {"role": "user", "name": "bob_k", "content": "hey"},
    ]


async def test_peoples_messages_are_dressed_with_the_bots_time(payload) -> None:
    given = payload("hello", ("daisy", "hi {timestamp}"))

    messages = await chatml(
        given, "Australia/Melbourne", each_user_message="{content}\n\nreceived: {timestamp}"
    )

    assert messages[0]["content"] == "hello\n\nreceived: 2026-11-22T20:15:00+11:00"
    assert messages[1]["content"] == "hi {timestamp}"


@pytest.mark.parametrize("body", ["{timestamp}", "{content}", '{"a": {}}', "{username}", "{", ""])
async def test_braces_in_what_a_person_says_are_text(payload, body: str) -> None:
    messages = await chatml(payload(body), each_user_message="<{content}|{username}>")

    assert messages[0]["content"] == f"<{body}|{{username}}>"


@pytest.mark.parametrize(
    ("timestamp", "shown"),
    [
        ("2026-11-22T09:15:00", "2026-11-22T09:15:00+00:00"),
        ("2026-11-22T09:15:00.123+02:00", "2026-11-22T07:15:00+00:00"),
        ("yesterday", "yesterday"),
    ],
)
async def test_times_that_others_write_are_taken_as_well_as_can_be(
    payload, timestamp: str, shown: str
) -> None:
    given = payload("x")
    given["messages"][0]["timestamp"] = timestamp

    messages = await chatml(given, each_user_message="{timestamp}")

    assert messages[0]["content"] == shown


async def test_a_message_without_time_has_none(payload) -> None:
    given = payload("x")
    del given["messages"][0]["timestamp"]

    assert (await chatml(given, each_user_message="{content}/{timestamp}"))[0]["content"] == "x/"
