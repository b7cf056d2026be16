"""The payload of the hop workload: about 2 KB, ten messages, as a chat pipeline carries it."""

from typing import Any

SAID = "The quick brown fox jumps over the lazy dog while the broker forwards it; é, ü and 日本."
STEPS = 6


def payload(number: int) -> dict[str, Any]:
    """Return one payload; its trace takes the names of the steps that it has passed."""
    return {
        "messages": [
            {
                "id": f"{number:016x}-{index}",
                "user": "ana" if index % 2 else "bench",
                "recipient": "bench" if index % 2 else "ana",
                "body": SAID[: 80 + index],
                "timestamp": "2026-01-01T12:00:00+00:00",
            }
            for index in range(10)
        ],
        "trace": [],
    }


def step_source(concurrency: int) -> str:
    """Return the step file of the hop workload: six classes that each add their name."""
    lines = [
        "from warren.step import Step",
        "class Hop(Step):",
        f"    concurrency = {concurrency}",
        "    async def process(self, payload):",
        "        payload['trace'].append(self.step_name)",
        "        return payload",
    ]
    lines += [f"class Hop{number}(Hop): pass" for number in range(1, STEPS + 1)]
    return "\n".join(lines) + "\n"
