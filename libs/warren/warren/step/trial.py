"""Run a step class of a file once: for tests beside step files, as `warren steps new` writes them.

from warren.step.trial import try_step

done = try_step(Path(__file__).with_name("shout.py"), "Shout", {"draft": {"body": "hi"}})
"""

import asyncio
from copy import deepcopy
from pathlib import Path

from warren.contracts.base import JsonObject
from warren.step.errors import BrokenStep
from warren.step.run_step import run_step
from warren.step.source import execute

TRIAL_SECONDS = 30.0


def try_step(
    file: Path, class_name: str, payload: JsonObject, *, config: JsonObject | None = None
) -> JsonObject:
    """Return what the step makes of payload, which stays as it is. Raises what the step raises,
    and BrokenStep when the file, the class or its config cannot be used."""
    classes = execute(file.read_text(encoding="utf-8"), f"warren_trial_{file.stem}", file.name)
    if class_name not in classes:
        raise BrokenStep(f"there is no step class {class_name}", file.name, 1)
    step = classes[class_name](config or {}, "bot")
    return asyncio.run(run_step(step, deepcopy(payload), timeout_seconds=TRIAL_SECONDS))
