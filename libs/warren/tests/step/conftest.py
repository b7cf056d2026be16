"""Builders for the tests of steps: a payload, a bot file's text, a revision."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from warren.contracts.bot import BotFile
from warren.contracts.registry import Revision
from warren.step.revision import build, step_source

NOW = datetime(2026, 11, 22, 9, 15, tzinfo=UTC)


@pytest.fixture
def payload() -> Callable[..., dict[str, Any]]:
    """Make a payload of what was said: payload("hi"), payload(("ana", "hi"), ("daisy", "ho"))."""

    def make(*said: str | tuple[str, str], bot: str = "daisy", **more: Any) -> dict[str, Any]:
        pairs = [("ana", each) if isinstance(each, str) else each for each in said]
        messages = [
            {
                "id": f"00000000-0000-0000-0000-{index:012}",
                "user": user,
                "recipient": "ana" if user == bot else bot,
                "body": body,
                "timestamp": "2026-11-22T09:15:00Z",
            }
            for index, (user, body) in enumerate(pairs)
        ]
        return {"messages": messages, **more}

    return make


@pytest.fixture
def revision() -> Callable[..., Revision]:
    """Make a revision of a bot given as YAML; sources are custom classes, name to text."""

    def make(text: str, **sources: str) -> Revision:
        bot = BotFile.model_validate(yaml.safe_load(text))
        return build(
            bot, {name: step_source(name, source) for name, source in sources.items()}, NOW
        )

    return make
