import sys
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from warren.contracts.registry import Revision, StepSource
from warren.step.errors import BrokenStep
from warren.step.kinds.draft import Draft
from warren.step.loader import load_builtin, load_source, make_step
from warren.step.revision import step_source
from warren.step.run_step import run_step

Make = Callable[..., Revision]

SHOUT = """\
from dataclasses import dataclass
from pydantic import BaseModel
from warren.step import Step

@dataclass
class Sign:
    text: str = "!"

class Shout(Step):
    class Config(BaseModel):
        times: int = 1

    async def process(self, payload):
        payload["body"] = payload["body"].upper() + Sign().text * self.config.times
        return payload
"""


def test_builtin_classes_are_found_by_name() -> None:
    assert load_builtin("Draft") is Draft
    assert load_builtin("draft") is None


def test_the_same_text_is_compiled_once() -> None:
    assert load_source(step_source("Shout", SHOUT)) is load_source(step_source("Shout", SHOUT))


def test_two_versions_of_a_file_live_side_by_side() -> None:
    old = load_source(step_source("Shout", SHOUT))
    new = load_source(step_source("Shout", SHOUT.replace('"!"', '"?"')))

    assert old is not new
    assert sys.modules[old.__module__] is not sys.modules[new.__module__]


@pytest.mark.parametrize(
    ("text", "cause", "line"),
    [
        ("x = 1\ndef broken(:\n", "SyntaxError", 2),
        ("x = 1\n\ny = 1 / 0\n", "ZeroDivisionError: division by zero", 3),
        ("def f():\n    raise ValueError('no')\nf()\n", "ValueError: no", 2),
        ("import no_such_module\n", "no module named 'no_such_module': a step file stands", 1),
        ("raise SystemExit(3)\n", "SystemExit: 3", 1),
        ("x = 1\n", "there is no step class Shout in it", 1),
        ("class Shout: pass\n", "there is no step class Shout in it", 1),
        ("from warren.step import Step as Shout\n", "there is no step class Shout in it", 1),
        ("x = '\0'\n", "null bytes", 0),
    ],
)
def test_a_broken_file_is_told_with_its_line(text: str, cause: str, line: int) -> None:
    with pytest.raises(BrokenStep) as caught:
        load_source(step_source("Shout", text))

    assert cause in str(caught.value)
    assert caught.value.line == line
    assert caught.value.file.endswith("/Shout.py")


def test_a_text_that_is_not_what_its_hash_says_is_never_run() -> None:
    with pytest.raises(BrokenStep, match="not what its hash says"):
        load_source(StepSource(class_name="Shout", sha256="0" * 64, source="raise SystemExit"))


async def test_a_step_is_made_ready(revision: Make) -> None:
    made = revision(
        "{name: daisy, timezone: Asia/Tokyo, steps: [{class: Draft}, {id: loud, class: Shout}]}",
        Shout=SHOUT,
    )

    step = make_step(made, 1)

    assert (step.bot_name, step.step_name, str(step.timezone)) == ("daisy", "loud", "Asia/Tokyo")
    assert await run_step(step, {"body": "hi"}, timeout_seconds=5) == {"body": "HI!"}


async def test_the_stack_of_a_custom_step_shows_its_source(revision: Make) -> None:
    step = make_step(revision("{name: daisy, steps: [{class: Shout}]}", Shout=SHOUT), 0)

    with pytest.raises(KeyError) as caught:
        await run_step(step, {}, timeout_seconds=5)

    frame = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (frame.lineno, frame.filename.split("/")[-1]) == (14, "Shout.py")
    assert (
        frame.line == 'payload["body"] = payload["body"].upper() + Sign().text * self.config.times'
    )


def test_a_custom_class_wins_over_a_builtin_of_its_name(revision: Make) -> None:
    own = SHOUT.replace("Shout", "Draft")

    step = make_step(revision("{name: daisy, steps: [{class: Draft}]}", Draft=own), 0)

    assert not isinstance(step, Draft)


@pytest.mark.parametrize(
    ("text", "sources", "cause"),
    [
        ("{name: daisy, steps: [{class: Gone}]}", {}, "there is no step class Gone"),
        (
            "{name: daisy, steps: [{class: Shout, config: {times: x}}]}",
            {"Shout": SHOUT},
            "config.times",
        ),
        ("{name: daisy, steps: [{class: Gpt, config: {modle: x}}]}", {}, "config.modle"),
    ],
)
def test_a_step_that_cannot_be_made_is_told(
    revision: Make, text: str, sources: dict[str, Any], cause: str
) -> None:
    with pytest.raises(BrokenStep, match=cause):
        make_step(revision(text, **sources), 0)
