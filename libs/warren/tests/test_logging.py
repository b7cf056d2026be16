"""Log lines tell what happened and never what people wrote."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from warren.logging import configure, get_logger


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.contextvars.clear_contextvars()


def fail(body: str) -> None:
    raise ValueError(f"{len(body)} characters are too many")


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_traceback_shows_no_variables(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure("tests", form=form)
    secret = "dear diary, today"
    for logger in (get_logger("ours"), logging.getLogger("theirs")):
        try:
            fail(secret)
        except ValueError:
            logger.exception("it went wrong")

    said = capsys.readouterr().out

    assert said.count("17 characters are too many") == 2
    assert "in fail" in said or '"name": "fail"' in said
    assert secret not in said


def test_a_secret_is_masked_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    configure("tests")

    get_logger("ours").info("signed in", token="abc", who="ana")

    line = json.loads(capsys.readouterr().out)
    assert (line["token"], line["who"], line["service"]) == ("***", "ana", "tests")
