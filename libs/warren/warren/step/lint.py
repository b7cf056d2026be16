"""Lint: what is wrong with a bot file, where, and what to type instead. Pure; runs no user code.

`warren bots lint`, the registry and the browser's editor all ask here.
"""

from collections.abc import Mapping

from warren.contracts.bot import BotFile
from warren.contracts.registry import LintError
from warren.step.describe import ClassDescription


def lint(
    text: str, file: str, classes: Mapping[str, ClassDescription]
) -> tuple[BotFile | None, tuple[LintError, ...]]:
    """Return the bot, or None and its errors, all of them, in the order of the file.

    classes has every known class by name, built in and custom. file is what the errors call the
    file.
    """
    raise NotImplementedError
