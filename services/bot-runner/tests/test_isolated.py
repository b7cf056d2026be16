"""The child process of a suspect step answers with a fault, whatever the step raises."""

import pytest

from bot_runner.isolated import IsolatedJob, run
from warren.testing.registry_double import revision_of

SOURCE = """
import asyncio
from warren.step import Step

class Panic(BaseException):
    pass

class Raises(Step):
    async def process(self, payload):
        raise {"panic": Panic, "cancel": asyncio.CancelledError, "exit": SystemExit}[payload["as"]]
"""


@pytest.mark.parametrize(
    ("how", "kind"), [("panic", "Panic"), ("cancel", "CancelledError"), ("exit", "SystemExit")]
)
async def test_what_is_no_ordinary_error_is_a_fault_too(how: str, kind: str):
    revision = revision_of("tester", [{"class": "Raises"}], {"Raises": SOURCE})
    job = IsolatedJob(
        revision=revision,
        position=0,
        payload={"as": how},
        timeout_seconds=5,
        idempotency_key="k",
    )

    result = await run(job)

    assert result.fault is not None
    assert (result.fault.reason, result.fault.facts.type) == ("failed", kind)
