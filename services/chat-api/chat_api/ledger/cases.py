"""A case for a bot file's `tests:`, made of a turn's trace. Pure.

What the outside answered becomes a mock, so that the case needs no key; everything else runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chat_api.repair.slips import CHANGES, MISFITS
from warren.contracts.base import JsonObject
from warren.contracts.ledger import EntryKind
from warren.contracts.registry import StepCard
from warren.contracts.slip import LogEntry
from warren.step.patch import apply
from warren.step.recording import said, written

OUTSIDE = frozenset(
    {"gpt", "http", "classify", "delegate", "recall", "remember", "askhuman", "approve"}
)
"""Kinds of steps that ask somebody else: a server, another bot, a person."""
_LEAVES_NOTHING = ("remember", "approve")  # an approved draft counts as the bot wrote it

SOME_REPLY: JsonObject = {"reply": {"body": {"matches": "."}}}
UNKNOWN_ANSWER = "An answer."  # of a model that was never asked, since a step before it failed
MAX_NAME_CHARS = 80


@dataclass(frozen=True)
class Run:
    """What is known of a turn: its first input and its log. path names the bot whose case it is:
    the Delegate steps on the way to it, none for the turn's own."""

    first_input: JsonObject
    log: Sequence[LogEntry]
    path: tuple[str, ...] = ()


def given_of(run: Run) -> JsonObject | None:
    """Return what the bot began with, as a case gives it; None when the log does not tell."""
    payload = run.first_input
    if run.path:
        told = [each for each in _walked(run) if each.begins]
        if not told:
            return None
        payload = told[-1].after
    messages = payload.get("messages")
    kept = [said(one) for one in messages] if isinstance(messages, list) else []  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] # JSON
    return {**payload, "messages": kept}


def mocks_of(run: Run) -> dict[str, JsonObject]:
    """Return what the bot's steps that ask the outside wrote, by step id."""
    before: dict[str, JsonObject] = {}
    mocks: dict[str, JsonObject] = {}
    for each in _walked(run):
        entry = each.entry
        if each.begins:
            before, mocks = {}, {}
        if entry.path != run.path:
            continue
        if entry.outcome == "edited":  # what a person changed is not what the step wrote
            before[entry.step] = each.after
            continue
        given = before.setdefault(entry.step, each.before)
        if entry.outcome in ("done", "finished", "fallback") and entry.kind in OUTSIDE:
            nothing = entry.kind in _LEAVES_NOTHING
            mocks[entry.step] = {} if nothing else written(given, each.after)
    return mocks


def mocks_behind(
    failed: int, steps: Sequence[StepCard], known: Mapping[str, JsonObject]
) -> dict[str, JsonObject]:
    """Return mocks for the steps behind a failed one: as a later run wrote them, else placeholders.
    The failed step itself runs. failed counts from 0, and -1 means that none did."""
    found: dict[str, JsonObject] = {}
    for step in steps[failed + 1 :]:
        if step.id in known:
            found[step.id] = known[step.id]
        elif step.kind in OUTSIDE:
            found[step.id] = _placeholder(step)
    return found


def _placeholder(step: StepCard) -> JsonObject:
    """Return what a step may have written that was never asked, where it writes by default."""
    said: JsonObject = {"body": UNKNOWN_ANSWER}
    match step.kind:
        case "gpt":
            return {"draft": said}
        case "delegate":
            return {"delegated": {"bot": step.delegates or "", "replies": [said]}}
        case "recall":
            return {"recalled": []}
        case _:
            return {}


def expected_of(kind: EntryKind, expected: str, actual: str) -> JsonObject | None:
    """Return what a case of a ledger's entry expects; None when an entry tells nothing of the
    text."""
    match kind:
        case "correction" | "draft_edited":
            return {"reply": {"body": expected}}
        case "thumb_up" | "draft_sent":
            return {"reply": {"body": actual}}
        case "thumb_down" | "draft_rejected":
            return {"reply": {"body": {"lacks": actual}}}
        case "shape":
            return SOME_REPLY
        case "latency":
            return None


def named(what: str, given: JsonObject) -> str:
    """Return a case's name: what it is about, and the question."""
    messages = given["messages"]
    question = messages[-1].get("body", "") if messages else ""
    words = " ".join(str(question).split())
    name = f"{what}: {words}" if words else what
    return name if len(name) <= MAX_NAME_CHARS else f"{name[: MAX_NAME_CHARS - 1]}…"


def case(
    name: str,
    given: JsonObject,
    mocks: Mapping[str, JsonObject],
    expect: JsonObject,
    fixes: str,
) -> JsonObject:
    """Return the case as data, its keys in the order in which a person would write them."""
    return {
        "name": name,
        "given": given,
        **({"mock": dict(mocks)} if mocks else {}),
        "expect": expect,
        "fixes": fixes,
    }


@dataclass(frozen=True)
class _Walked:
    """One entry of the log with the payload before and after it. begins: the bot of the run's path
    is given its first payload by it."""

    entry: LogEntry
    before: JsonObject
    after: JsonObject
    begins: bool


def _walked(run: Run) -> list[_Walked]:
    """Return the log with its payloads, as far as its patches fit."""
    found: list[_Walked] = []
    payload = run.first_input
    for entry in run.log:
        after = payload
        if entry.outcome in CHANGES:
            try:
                after = apply(payload, entry.patch)
            except MISFITS:
                return found
        begins = entry.outcome == "delegated" and (*entry.path, entry.step) == run.path
        found.append(_Walked(entry, payload, after, begins))
        payload = after
    return found
