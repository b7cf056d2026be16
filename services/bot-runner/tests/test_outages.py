"""Which ends of a run tell something about a host, and what people see while it is away."""

import asyncio
import json
from typing import Any

import pytest
from prometheus_client import REGISTRY

from bot_runner.breaker import Go, Limits, Wait
from bot_runner.fault import Fault
from bot_runner.incoming import Job, read
from bot_runner.outages import Outages
from bot_runner.pipeline import ReadyStep
from warren.broker.delivery import Delivery
from warren.contracts.failure import ErrorFacts
from warren.step import Step
from warren.testing.commands import as_outgoing, first_command
from warren.testing.registry_double import revision_of

HOST = "api.example.com"


class Heard:
    """Hints that are kept."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []

    async def send(self, exchange: str, key: str, body: bytes, type: str) -> None:
        self.frames.append(json.loads(body) | {"key": key})


def a_job() -> Job:
    message = as_outgoing(first_command(revision_of("tester", [{"class": "Draft"}])))
    return read(
        Delivery(
            body=message.body,
            routing_key=message.key,
            type=message.type,
            message_id=str(message.message_id),
            correlation_id=str(message.correlation_id),
            headers={},
            timestamp=None,
            delivery_count=0,
            redelivered=False,
        )
    )


def fault(**changes: Any) -> Fault:
    facts = ErrorFacts(type="ConnectError", text="refused")
    return Fault(reason="failed", facts=facts, transient=True, host=HOST).model_copy(update=changes)


def outages(tasks: asyncio.TaskGroup, hints: Any = None) -> Outages:
    return Outages(Limits(failures=1), hints, tasks)


def ready(*hosts: str) -> ReadyStep:
    return ReadyStep(Step(), "thinking", hosts)


@pytest.mark.parametrize(
    ("named", "result", "away"),
    [
        ((), fault(), True),
        ((), fault(host=None), False),  # nobody knows whom it asked
        ((HOST,), fault(host=None, reason="timeout"), True),  # there is only one that it asks
        ((HOST, "b.example.com"), fault(host=None), False),
        ((HOST,), fault(host="b.example.com"), True),
        ((HOST,), fault(transient=False), False),
        ((HOST,), fault(reason="bad_output"), False),
        ((HOST,), {"messages": []}, False),
        ((HOST,), None, False),
    ],
)
async def test_which_ends_are_a_hosts_failure(named: tuple[str, ...], result: Any, away: bool):
    async with asyncio.TaskGroup() as tasks:
        told = outages(tasks).leave(a_job(), ready(*named), Go(), result)
    assert (told is not None) is away


@pytest.mark.parametrize(
    ("result", "closes"),
    [
        ({"messages": []}, True),
        (fault(transient=False), True),  # a refusal is an answer
        (fault(transient=False, host=None), False),  # the step's own error says nothing
        (fault(reason="bad_output"), False),
        (fault(), False),
        (None, False),
    ],
)
async def test_what_closes_an_open_circuit(result: Any, closes: bool):
    async with asyncio.TaskGroup() as tasks:
        known, job = outages(tasks), a_job()
        known.leave(job, ready(), Go(), fault())
        shown = REGISTRY.get_sample_value("warren_circuit_open", {"host": HOST})
        known.leave(job, ready(), Go((HOST,)), result)
        assert isinstance(known.enter(job, ready()), Go) is closes
    assert shown == 1.0
    after = REGISTRY.get_sample_value("warren_circuit_open", {"host": HOST})
    assert after == (None if closes else 1.0)


async def test_people_see_whom_the_turn_waits_for_until_it_is_tried_again():
    heard, job = Heard(), a_job()
    async with asyncio.TaskGroup() as tasks:
        known = outages(tasks, heard)
        wait = known.leave(job, ready(), Go(), fault())
        assert wait == Wait(HOST, 0, "ConnectError"), "no text of another turn's error"
        assert wait is not None
        known.tell(job, wait.host, total=3, seconds=30)
    (frame,) = heard.frames
    assert frame["activity"] == "waiting: api.example.com does not answer"
    assert (frame["position"], frame["total"], frame["key"]) == (
        1, 3, f"progress.{job.command.turn_id}",
    )  # fmt: skip
    assert frame["lease_seconds"] > 30
