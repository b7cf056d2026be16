"""How letters look on a terminal: plain words first, then the facts."""

import base64
import json
from collections.abc import Sequence
from datetime import datetime

import typer

from warren.cli.plain import plain
from warren.contracts.base import JsonObject
from warren.contracts.letters import (
    LetterGroup,
    LetterRow,
    LetterStatus,
    LetterView,
    Verdict,
)

ERROR_CHARS = 72  # of an error in a list
PAYLOAD_CHARS = 2000  # of a payload within `show`

STATUS: dict[LetterStatus, str] = {
    "open": "It is open: somebody must look.",
    "replaying": "It is being replayed; how that ends is not known yet.",
    "resolved": "It is resolved: it ended well after all.",
    "answered": "A person wrote the reply. It can not be replayed any more.",
    "dismissed": "It was dismissed. It can be restored.",
    "cancelled": "Its turn was cancelled.",
    "late": "It came after its run was over: there is nothing to do.",
    "double": "It is one more letter of a failure that has a letter already.",
}
VERDICT: dict[Verdict, str] = {
    "needed": "The answer is still needed.",
    "answered": "It has been answered.",
    "overtaken": "The bot has answered a later message there since.",
    "expired": "It is older than the bot's answers may be.",
}


def rows(letters: Sequence[LetterRow]) -> None:
    """Print a list of letters."""
    if not letters:
        return typer.echo("Nothing failed that fits.")
    for one in letters:
        again = f" ({one.failures}. failure)" if one.failures > 1 else ""
        head = f"{one.reference}  {moment(one.failed_at)}  {one.status}{again}"
        typer.secho(f"{head}  {place(one)}  {one.reason}", bold=one.status == "open")
        typer.echo(f"    {short(one.error_type, one.error_text)}  [{one.verdict}]")
    return None


def groups(found: Sequence[LetterGroup]) -> None:
    """Print a list of groups."""
    if not found:
        return typer.echo("Nothing failed that fits.")
    for one in found:
        counts = f"{one.open} open, {one.replaying} replaying, {one.closed} closed"
        back = f", {one.returned} came back" if one.returned else ""
        typer.secho(f"{one.fingerprint}  {counts}{back}", bold=one.open > 0)
        where = f"{one.bot or 'no bot'} · {one.step or 'no step'} · {one.reason}"
        typer.echo(f"    {where} · last {moment(one.last_seen)}")
        typer.echo(f"    {short(one.error_type, one.error_text)}")
        if one.fixed_by and one.fixed_at:
            typer.echo(f"    fixed by revision {one.fixed_by[:12]} at {moment(one.fixed_at)}")
        elif one.returned_after_fix:
            typer.echo("    it was fixed, and came back")
        if one.note:
            typer.echo(f"    note: {plain(one.note)}")
    return None


def letter(view: LetterView) -> None:
    """Print a whole letter: what happened, the error, the attempts, the payload."""
    row = view.letter
    typer.secho(f"{row.reference} · {place(row)}", bold=True)
    typer.echo(f"{happened(view)}\n{STATUS[row.status]} {VERDICT[row.verdict]}")
    if row.changed_by and row.changed_at:
        typer.echo(f"Last acted on by {row.changed_by} at {moment(row.changed_at)}.")
    typer.echo(view.replayable or _reentry(view))
    typer.secho("\nError", bold=True)
    typer.echo(f"{plain(row.error_type)}: {plain(row.error_text)}")
    if view.error_frame:
        typer.echo(f"at {plain(view.error_frame)} (--stack prints the rest)")
    _attempts(view)
    for one in view.acts:
        why = f": {plain(one.reason)}" if one.reason else ""
        typer.echo(f"{moment(one.at)}  {one.by} {one.kind} it{why}")
    typer.secho("\nPayload", bold=True)
    if view.payload is None:
        return typer.echo("It cannot be read: --raw prints it as hex.")
    text = pretty(view.payload)
    left = len(text) - PAYLOAD_CHARS
    return typer.echo(text[:PAYLOAD_CHARS] + (f"\n… {left} more (--payload)" if left > 0 else ""))


def happened(view: LetterView) -> str:
    """Return in a sentence or two what failed, where and how often."""
    row = view.letter
    which = f"step {row.step}" if row.step else "a step"
    known = view.position is not None and view.steps
    where = f" ({(view.position or 0) + 1} of {len(view.steps)})" if known else ""
    times = "once" if row.failures == 1 else f"{row.failures} times, last"
    return (
        f"{row.bot or 'An unknown bot'} failed at {which}{where} {times} at"
        f" {moment(row.failed_at)}: {row.reason}, after {row.attempt} "
        f"{'attempt' if row.attempt == 1 else 'attempts'}, on {row.runner}."
    )


def place(row: LetterRow) -> str:
    """Return bot and step."""
    return f"{row.bot or '?'}/{row.step or '?'}"


def short(kind: str, text: str) -> str:
    """Return an error in one line."""
    line = plain(f"{kind}: {text}".replace("\n", " "))
    return line if len(line) <= ERROR_CHARS else f"{line[: ERROR_CHARS - 1]}…"


def moment(at: datetime) -> str:
    """Return a time as people read it."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def pretty(value: JsonObject | None) -> str:
    """Return JSON with one value a line; what controls a terminal stays escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return "\n".join(plain(line) for line in text.split("\n"))


def hex_of(raw: str) -> None:
    """Print base64 as offset, hex and text, 16 bytes a line."""
    data = base64.b64decode(raw)
    for at in range(0, len(data), 16):
        part = data[at : at + 16]
        text = "".join(chr(one) if 32 <= one < 127 else "." for one in part)
        typer.echo(f"{at:08x}  {part.hex(' '):<47}  {text}")


def more(cursor: str | None) -> None:
    """Say that there are more, and how to see them."""
    if cursor:
        typer.echo(f"There are more: --cursor {cursor}")


def _reentry(view: LetterView) -> str:
    may = [one.step for one in view.reentry_original if one.why_not is None]
    return f"A replay may begin at: {', '.join(may)}." if may else "No replay can begin anywhere."


def _attempts(view: LetterView) -> None:
    typer.secho("\nAttempts", bold=True)
    for one in view.attempts:
        entry = one.entry
        seconds = (entry.ended_at - entry.started_at).total_seconds()
        error = f": {plain(entry.error)}" if entry.error else ""
        by = f" by {entry.by}" if entry.by else f" on {entry.runner}, {seconds:.1f} s"
        typer.echo(f"{entry.step} attempt {entry.attempt} {entry.outcome}{by}{error}")
    for one in view.failures:
        typer.echo(f"failure {one.number} ({one.trigger}) {moment(one.failed_at)}: {one.reason}")
