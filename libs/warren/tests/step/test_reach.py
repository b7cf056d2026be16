"""What a bot's page says that it reaches."""

from datetime import UTC, datetime
from typing import Any

import pytest

from warren.contracts.bot import BotFile
from warren.contracts.registry import Reaches
from warren.step.reach import reach_of
from warren.step.revision import build, step_source

HTTP = {"class": "Http", "config": {"url": "https://api.example.com/v1?q={draft.body}"}}
PRINTER = {"class": "Http", "config": {"url": "http://printer.lan:8080/jobs"}}


def bot(*steps: dict[str, Any], own: tuple[str, ...] = (), **keys: Any):
    file = BotFile.model_validate({"name": "daisy", "steps": steps, **keys})
    sources = {name: step_source(name, f"class {name}: ...") for name in own}
    return build(file, sources, datetime.now(UTC))


DRAFT = {"class": "Draft"}


@pytest.mark.parametrize(
    ("revision", "expected", "remembers"),
    [
        (bot(DRAFT), Reaches(), False),
        (bot({"class": "Gpt"}), Reaches(model=True), False),
        (bot({"class": "Classify", "config": {"labels": []}}), Reaches(model=True), False),
        (
            bot(HTTP, PRINTER, {**HTTP, "id": "again"}),
            Reaches(hosts=("api.example.com", "http://printer.lan:8080")),
            False,
        ),
        (bot({"class": "Http", "config": {"url": 3}}), Reaches(), False),
        (bot({"class": "Approve"}), Reaches(asks_approval=True), False),
        (bot({"class": "SendAs"}), Reaches(asks_approval=True), False),
        (bot(DRAFT, reply="draft"), Reaches(asks_approval=True), False),
        (bot(DRAFT, on="dead_letter"), Reaches(asks_approval=True), False),
        (
            bot(
                {"class": "Delegate", "config": {"bot": "rose"}},
                {"id": "b", "class": "Delegate", "config": {"persona": "Ana the Cook"}},
                {"id": "c", "class": "Delegate", "config": {"bot": "rose"}},
            ),
            Reaches(bots=("rose", "Ana the Cook")),
            False,
        ),
        (bot({"class": "Remember"}), Reaches(model=True), True),
        (bot({"class": "Recall"}), Reaches(model=True), True),
        (bot({"class": "Shout"}, DRAFT, own=("Shout",)), Reaches(custom_code=("Shout",)), False),
        (bot({"class": "Gpt"}, own=("Gpt",)), Reaches(custom_code=("Gpt",)), False),
        (bot(DRAFT, own=("Shout",)), Reaches(), False),
    ],
)
def test_what_a_bot_reaches(revision: Any, expected: Reaches, remembers: bool):
    assert reach_of(revision) == (expected, remembers)
