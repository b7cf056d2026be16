"""What lint knows of keys that belong together: who approves, what starts a turn, what is expected.
Pure.
"""

from collections.abc import Iterator
from typing import Any

from warren.contracts.base import JsonObject
from warren.step.marked_yaml import Path
from warren.step.shape import is_array, is_object
from warren.step.wording import Finding, did_you_mean, missing_key, unknown_key, wrong_type

MAX_FALLBACK_CHARS = 4000
_WAYS = ["dead_letter", "ask_human"]
_ASKING = ("Approve", "SendAs", "AskHuman")  # they ask the approver, too
_FALLBACK = 'for example {fallback: "I could not look that up just now."}'


def check_file(data: JsonObject) -> Iterator[Finding]:
    """Yield what is wrong with the bot's own keys beyond their types."""
    steps: Any = data.get("steps")
    listed: list[Any] = steps if is_array(steps) else []
    classes = {str(each.get("class")) for each in listed if is_object(each)}
    works_on_letters = data.get("on") == "dead_letter"
    drafts = data.get("reply") == "draft" or works_on_letters or not classes.isdisjoint(_ASKING)
    if "approver" in data and not drafts:
        words = "nobody is asked: this bot's replies are posted at once"
        yield Finding(("approver",), words, "add `reply: draft`, or remove it", at_key=True)
    if works_on_letters and "listens" in data:
        words = "a bot that works on dead letters listens to no conversation"
        yield Finding(("listens",), words, "remove it", at_key=True)
    if works_on_letters and data.get("reply") == "auto":
        words = "what a bot on dead letters says is always a draft for the operators"
        yield Finding(("reply",), words, "write `reply: draft`, or remove it")
    yield from _expect(data.get("expect"), drafts)


def _expect(expect: Any, drafts: bool) -> Iterator[Finding]:
    if not is_object(expect):
        return
    path: Path = ("expect",)
    if not expect:
        yield Finding(path, "nothing is expected", "for example {latency_seconds: 20}")
    if expect.get("shape") == {}:
        yield Finding((*path, "shape"), "no shape is expected", "for example {max_chars: 600}")
    if "unedited_share" in expect and not drafts:
        words = "this bot makes no drafts that anybody could edit"
        hint = "add `reply: draft`, or remove it"
        yield Finding((*path, "unedited_share"), words, hint, at_key=True)


def check_on_error(value: Any, path: Path) -> Iterator[Finding]:
    """Yield what is wrong with a step's `on_error`, instead of what its model says."""
    if isinstance(value, str):
        if value == "fallback":
            yield Finding(path, "the text to fall back on is missing", _FALLBACK)
        elif value not in _WAYS:
            hint = did_you_mean(value, _WAYS) or f"or a text of your own, {_FALLBACK}"
            yield Finding(path, '"on_error" must be one of dead_letter, ask_human', hint)
    elif not is_object(value):
        found = wrong_type(path, value, "dead_letter, ask_human or an object with `fallback`")
        yield found._replace(hint=_FALLBACK)
    else:
        yield from (unknown_key((*path, key), ["fallback"]) for key in value if key != "fallback")
        yield from _fallback(value, (*path, "fallback"))


def _fallback(value: JsonObject, path: Path) -> Iterator[Finding]:
    text = value.get("fallback")
    if "fallback" not in value:
        yield missing_key(path)
    elif not isinstance(text, str):
        yield wrong_type(path, text, "text")
    elif not text.strip():
        words = "the text to fall back on is empty"
        yield Finding(path, words, "say what the person should read, or use dead_letter")
    elif len(text) > MAX_FALLBACK_CHARS:
        words = f"the text to fall back on has {len(text)} characters"
        yield Finding(path, words, f"at most {MAX_FALLBACK_CHARS} fit")
