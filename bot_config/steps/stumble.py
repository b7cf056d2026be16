"""Stumble: fail on purpose, in the way that the message asks for. For learning; see stumble.yaml."""

import asyncio
import os
import signal

from warren.errors import Retryable
from warren.step import Step

WAYS = {
    "exception": "the step raises an error; nobody tries again, a person has to look",
    "timeout": "the step takes too long; it is tried again, then a person has to look",
    "bad output": "the step returns something that is no payload",
    "crash": "the step ends its whole process; it is found all the same, and nobody else is harmed",
    "flaky": "the step fails at first and then works: wait a moment, the answer comes",
}


class Stumble(Step):
    """Fail in one of five ways, or say which ways there are.

    config: `flaky_failures`, how often `flaky` fails before it works (default 1).
    """

    activity = "stumbling"

    async def process(self, payload):
        way = " ".join(payload["messages"][-1]["body"].lower().split()).strip(" .!'\"`")
        match way:
            case "exception":
                raise ValueError("you asked for an exception, here it is")
            case "timeout":
                await asyncio.sleep(3600)
            case "bad output":
                return "this is text, not a payload"
            case "crash":
                os.kill(os.getpid(), signal.SIGSEGV)
            case "flaky":
                payload["draft"]["body"] = self._flaky()
            case _:
                payload["draft"]["body"] = self._ways()
        return payload

    def _flaky(self):
        """Fail at the first attempts. A replay begins at attempt 1 again, and ends well again."""
        failures = self.config.flaky_failures or 1
        if self.attempt <= failures:
            raise Retryable(f"attempt {self.attempt} fails, one of the next will work")
        return f"It worked at attempt {self.attempt}. You saw none of the tries before: no need to."

    def _ways(self):
        lines = [f"- `{each}`: {meaning}" for each, meaning in WAYS.items()]
        return "\n".join(
            [
                "I fail on purpose, so that you can see what Warren does then. Write one of:",
                "",
                *lines,
                "",
                "Nothing you write to me is lost: look into the dead letters afterwards.",
            ]
        )


if __name__ == "__main__":
    Stumble.main()
