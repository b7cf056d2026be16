"""Every attempt that a letter's turn has had, with what each step was given and left. Pure.

A resumed slip keeps only what its payload is made of; what it dropped stands in the letter's
earlier failures. Put together here, each attempt once, oldest first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson

from chat_api.repair.slips import CHANGES, MISFITS, payload_after
from warren.contracts.base import JsonObject
from warren.contracts.letters import AttemptView
from warren.contracts.slip import LogEntry
from warren.step.patch import apply

MAX_SHOWN_BYTES = 2 * 1024 * 1024  # of all inputs and outputs together; then only times are shown
MAX_ATTEMPTS = 200


@dataclass(frozen=True)
class Story:
    """What is known of one run: what the turn began with, and the log so far."""

    first_input: JsonObject
    log: Sequence[LogEntry]


def attempts(stories: Iterable[Story]) -> tuple[AttemptView, ...]:
    """Return the attempts of all runs, each once, by the time they began."""
    seen: set[tuple[object, ...]] = set()
    found: list[AttemptView] = []
    left = MAX_SHOWN_BYTES
    for story in stories:
        for number, entry in enumerate(story.log):
            key = (entry.path, entry.position, entry.attempt, entry.started_at, entry.outcome)
            if key in seen:
                continue
            seen.add(key)
            one = _attempt(story, number, entry)
            left -= len(orjson.dumps((one.input, one.output)))
            found.append(one if left > 0 else AttemptView(entry=entry, input=None, output=None))
    found.sort(key=lambda one: one.entry.started_at)
    return tuple(found[-MAX_ATTEMPTS:])


def _attempt(story: Story, number: int, entry: LogEntry) -> AttemptView:
    """Return one attempt; its payloads are null when the log does not tell them."""
    try:
        given = payload_after(story.first_input, story.log[:number])
    except ValueError:
        return AttemptView(entry=entry, input=None, output=None)
    if entry.outcome not in CHANGES:
        return AttemptView(entry=entry, input=given, output=None)
    try:
        return AttemptView(entry=entry, input=given, output=apply(given, entry.patch))
    except MISFITS:
        return AttemptView(entry=entry, input=given, output=None)
