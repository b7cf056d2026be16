"""A small Warren to ask, and nobody signed in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.stub_warren import StubWarren
from warren.cli import replays


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """The command sends logs to the stderr of its run, which is closed afterwards."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[StubWarren]:
    """A Warren that answers what the test says, asked by the token `t0ken`."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("WARREN_TOKEN", "t0ken")
    monkeypatch.setattr(replays, "POLL_SECONDS", 0.01)
    with StubWarren() as made:
        monkeypatch.setenv("WARREN_URL", made.url)
        yield made
