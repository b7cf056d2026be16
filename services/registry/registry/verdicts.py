"""Whether a text may become a bot's file: what lint says, as problems that tell what to do. Pure.

saving.py asks; nothing is written when one of these has something to say.
"""

from collections.abc import Callable, Sequence

from registry.examine import ScannedBot
from registry.preconditions import Verdict
from warren.contracts.problem import ProblemError
from warren.contracts.registry import LintError, Revision, StepSource
from warren.errors import Conflict, Outdated, Refused, Unconditional, Unprocessable
from warren.step.catalogue import Catalogue
from warren.step.marked_yaml import Path, read
from warren.step.revision import bot_of

Check = Callable[[ScannedBot, Catalogue], Refused | None]
"""Says why an examined text may not be written, or None."""


def good_and_named(name: str) -> Check:
    """Return the check of a new text: it passes lint, and the bot in it is the one asked for."""

    def check(one: ScannedBot, _: Catalogue) -> Refused | None:
        if one.bot is None:
            return Unprocessable(
                f"The file has {_count(len(one.errors), 'fault')}. Nothing was saved; the bot"
                " serves on as it was. Correct what errors names and save again.",
                kind="lint",
                errors=_faults(one.errors, one.text),
            )
        if one.name != name:
            fault = f"the name in the file is {one.name!r}, the address says {name!r}"
            return Unprocessable(
                "Nothing was saved. A bot keeps its name: change `name` back, or save the text as"
                " a new bot under its own name.",
                kind="other-name",
                errors=[ProblemError(pointer="/name", detail=f"{one.path}: {fault}")],
            )
        return None

    return check


def again(revision: Revision) -> Check:
    """Return the check of a rollback: today the text means that very revision."""

    def check(one: ScannedBot, catalogue: Catalogue) -> Refused | None:
        differing = differing_steps(revision, catalogue)
        if differing:
            return Conflict(
                f"That revision ran with other step files: {'; '.join(differing)}. Nothing was"
                " changed. Put them back as they were (the revision holds their text) and roll"
                " back again, or save a new text.",
                kind="steps-differ",
            )
        if one.revision is None:
            return Conflict(
                "That revision no longer passes the check. Nothing was changed. Save a corrected"
                " text instead.",
                kind="lint",
                errors=_faults(one.errors, one.text),
            )
        if one.revision.digest != revision.digest:
            return Conflict(
                "This Warren reads that revision otherwise than it was read then. Nothing was"
                " changed. Save its text as a new one, if that is what you want.",
                kind="reads-otherwise",
            )
        return None

    return check


def differing_steps(revision: Revision, catalogue: Catalogue) -> list[str]:
    """Return, per class of the revision whose code is another today, what became of it."""
    then = {one.class_name: one for one in revision.sources}
    told: list[str] = []
    for name in sorted({step.class_ for step in bot_of(revision).steps}):
        words = _what_became(then.get(name), catalogue.sources.get(name))
        if words:
            told.append(f"{name} {words}")
    return told


def of_precondition(verdict: Verdict, name: str) -> Refused | None:
    """Return the problem of a precondition that does not hold."""
    match verdict:
        case "go":
            return None
        case "unconditional":
            return unconditional(name)
        case "changed":
            return Outdated(
                f"Somebody else changed {name} since you read it. Nothing was saved, and their"
                " change stands. Read it again, put your change into it, and save that."
            )
        case "exists":
            return Outdated(
                f"There is a bot named {name} already. Nothing was saved, and it is as it was."
                " Read it and save with If-Match, or choose another name."
            )
        case "absent":
            return Outdated(
                f"The file of {name} is not there (any more). Nothing was saved. Send"
                " If-None-Match: * to make it."
            )


def unconditional(name: str) -> Refused:
    """Return the problem of a save that does not say which state it means."""
    return Unconditional(
        f"Nothing was saved. Send If-Match with the ETag of GET bots/{name}, or If-None-Match: *"
        " for a new bot, so that nobody's change is written over unseen."
    )


def pointer_at(text: str, line: int, column: int) -> str:
    """Return the JSON pointer of the key or value at a place of a YAML text; "" for the whole."""
    marked = read(text)
    for places in (marked.keys, marked.values):
        for path, place in places.items():
            if (place.line, place.column) == (line, column):
                return _pointer(path)
    return ""


def _faults(errors: Sequence[LintError], text: str) -> list[ProblemError]:
    return [
        ProblemError(
            pointer=pointer_at(text, one.line, one.column),
            detail=f"{one.file}:{one.line}:{one.column}: {one.message}"
            + (f" ({one.hint})" if one.hint else ""),
        )
        for one in errors
    ]


def _what_became(then: StepSource | None, now: StepSource | None) -> str:
    if then and now:
        return "" if then.sha256 == now.sha256 else "was changed since"
    if then:
        return "is gone"
    return "is a file of its own now, it was built in" if now else ""


def _pointer(path: Path) -> str:
    parts = (str(one).replace("~", "~0").replace("/", "~1") for one in path)
    return "".join(f"/{one}" for one in parts)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
