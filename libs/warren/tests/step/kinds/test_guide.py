from datetime import UTC, datetime
from typing import Any

from warren.step.kinds.guide import Guide
from warren.step.run_step import run_step

SAID = {"role": "user", "name": "ana", "content": "hi {current_time}"}


async def chatml(given: dict[str, Any], zone: str = "UTC", **config: Any) -> list[dict[str, str]]:
    step = Guide(config, "daisy", "guide", timezone=zone)
    return (await run_step(step, given, timeout_seconds=5))["chatml"]


async def test_before_and_after_stand_around_the_conversation() -> None:
    name = "daisy_supervisor"

    assert await chatml({"chatml": [dict(SAID)]}, before="be {nice}", after='{"a": 1}') == [
        {"role": "system", "name": name, "content": "be {nice}"},
        SAID,
        {"role": "system", "name": name, "content": '{"a": 1}'},
    ]


async def test_the_current_time_is_in_the_bots_zone() -> None:
    (message,) = await chatml({}, "Asia/Tokyo", after="{current_time}")

    told = datetime.fromisoformat(message["content"])
    assert message["content"].endswith("+09:00")
    assert abs((datetime.now(UTC) - told).total_seconds()) < 5


async def test_without_config_nothing_is_added() -> None:
    assert await chatml({"chatml": [dict(SAID)]}) == [SAID]
