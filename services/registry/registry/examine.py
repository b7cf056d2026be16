"""What one bot file is: a revision, or faults that say where and what to do. Runs no user code."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from registry.folder import mark_of
from warren.contracts.bot import BotFile
from warren.contracts.registry import LintError, Revision
from warren.step.catalogue import Catalogue
from warren.step.faults import Fault, Place
from warren.step.lint import lint
from warren.step.reading import decode
from warren.step.revision import build

_CLAIM = re.compile(r"""^name:[ \t]+(["']?)([a-z][a-z0-9-]{1,62})\1[ \t]*(?:#.*)?\r?$""", re.M)
_UNKNOWN_CLASS = re.compile(r'^unknown step class "([A-Za-z_]\w*)"$')


@dataclass(frozen=True)
class ScannedBot:
    """One bot file. bot and revision are None when errors is not empty."""

    path: str
    name: str
    text: str
    mark: str
    bot: BotFile | None
    revision: Revision | None
    errors: tuple[LintError, ...]


def examine(path: str, content: bytes | str, catalogue: Catalogue) -> ScannedBot:
    """Return what one file is. content is a text when the file could not be read: why not.

    A broken file goes by the name that it seems to claim, otherwise by its file's.
    """
    mark = mark_of(content)
    if isinstance(content, str):
        why = f"this file cannot be read: {content}"
        return _unreadable(path, mark, Fault(Place(1, 1), why, "make it readable for the registry"))
    text = decode(content)
    if isinstance(text, Fault):
        return _unreadable(path, mark, text)
    bot, errors = judge(text, path, catalogue)
    if bot is None:
        claim = _CLAIM.search(text)
        name = claim[2] if claim else stem(path)
        return ScannedBot(path, name, text, mark, None, None, errors)
    revision = build(bot, catalogue.sources, datetime.now(UTC))
    return ScannedBot(path, bot.name, text, mark, bot, revision, ())


def judge(
    text: str, file: str, catalogue: Catalogue
) -> tuple[BotFile | None, tuple[LintError, ...]]:
    """Lint a text; where a class is unknown because its step file is broken, say that, too."""
    bot, errors = lint(text, file, catalogue.classes)
    return bot, (*errors, *_behind(errors, catalogue))


def stem(path: str) -> str:
    """Return a file's name without its suffix."""
    return path.rsplit(".", 1)[0]


def second_of_a_name(one: ScannedBot, owner: str) -> ScannedBot:
    """Return a good file whose name another file has already, as broken."""
    fault = _fault(
        one,
        r"^name:",
        f"the name {one.name!r} is already that of {owner}",
        "give this bot a name of its own",
    )
    return replace(one, name=stem(one.path), bot=None, revision=None, errors=(fault,))


def without_queue(one: ScannedBot, class_name: str, reason: str) -> ScannedBot:
    """Return a good file whose step can have no queue, as broken."""
    pattern = rf"^[\s-]*class:\s*[\"']?{re.escape(class_name)}\b"
    fault = _fault(one, pattern, reason, "ask the operator of the broker")
    return replace(one, bot=None, revision=None, errors=(fault,))


def _fault(one: ScannedBot, pattern: str, message: str, hint: str) -> LintError:
    lines = one.text.splitlines()
    number = next((n for n, text in enumerate(lines, 1) if re.search(pattern, text)), 1)
    return LintError(
        file=one.path,
        line=number,
        column=1,
        message=message,
        hint=hint,
        source_line=lines[number - 1] if lines else "",
    )


def _unreadable(path: str, mark: str, found: Fault) -> ScannedBot:
    line, column = found.place
    fault = LintError(file=path, line=line, column=column, message=found.message, hint=found.hint)
    return ScannedBot(path, stem(path), "", mark, None, None, (fault,))


def _behind(errors: Sequence[LintError], catalogue: Catalogue) -> list[LintError]:
    """Return the faults of step files that would define a class which the errors miss."""
    found = [_UNKNOWN_CLASS.match(error.message) for error in errors]
    names = {match[1] for match in found if match}
    return [
        file.fault
        for file in catalogue.files
        if file.fault and any(re.search(rf"^class\s+{name}\b", file.source, re.M) for name in names)
    ]
