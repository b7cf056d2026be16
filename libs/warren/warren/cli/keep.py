"""Write a case into a bot's file: checked first, so that a good file never becomes a broken one."""

import os
from pathlib import Path

from warren.cli.load import catalogues_of
from warren.contracts.base import JsonObject
from warren.step.lint import lint
from warren.step.recording import with_case


def keep_case(file: Path, case: JsonObject) -> str:
    """Put a case behind the others of a bot file; return what to tell. Raises ValueError if not."""
    before = file.read_text(encoding="utf-8")
    text = with_case(before, case)
    bot, errors = lint(text, str(file), catalogues_of([file])[file.parent].classes)
    if bot is None:
        fault = f"{errors[0].line}: {errors[0].message}"
        raise ValueError(f"with the case it would be broken in line {fault}")
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_text(text, encoding="utf-8")
    os.replace(fresh, file)
    return f"kept in {file} as the test {case['name']!r}"
