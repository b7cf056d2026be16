"""`make dev`: which services restart after which file changed."""

from pathlib import Path

import pytest

from infra.native.dev import affected
from infra.native.watchers import OURS

ROOT = Path("/clone")


@pytest.mark.parametrize(
    ("changed", "restarted"),
    [
        (["libs/warren/warren/errors.py"], list(OURS)),
        (["services/chat-api/chat_api/gate.py"], ["chat-api"]),
        (["services/registry/registry/a.py", "services/bot-runner/bot_runner/b.py"],
         ["registry", "bot-runner"]),
        (["services/chat-api/tests/test_gate.py"], []),
    ],
)  # fmt: skip
def test_only_what_a_change_concerns_restarts(changed: list[str], restarted: list[str]) -> None:
    assert affected([ROOT / name for name in changed], ROOT) == restarted
