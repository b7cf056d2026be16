"""What lint knows of a Template step beyond its config's types: syntax, names nothing sets. Pure.

The only kind whose variables are looked at (design: steps may put anything into the payload, but
here a misspelt name would be an error only when a person writes to the bot).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from warren.contracts.base import JsonObject
from warren.step.describe import ClassDescription
from warren.step.marked_yaml import Path
from warren.step.shape import is_object
from warren.step.wording import Finding, did_you_mean

PAYLOAD_KEYS = (
    "messages", "chatml", "draft", "reply", "metadata", "openai", "delegated",
)  # fmt: skip
OWN_NAMES = ("user", "bot", "now")  # beside the payload: see kinds/template.py


def check_template(
    step: JsonObject,
    path: Path,
    before: Sequence[JsonObject],
    classes: Mapping[str, ClassDescription],
) -> Iterator[Finding]:
    """Yield what is wrong with a Template step. before: the steps that run earlier."""
    config: Any = step.get("config")
    source: Any = config.get("template") if is_object(config) else None
    if not is_object(config) or not isinstance(source, str):
        return
    from warren.step.kinds.sandbox import TemplateFault, names_in, own_names  # imports jinja2
    from warren.step.kinds.sandbox_filters import FILTERS

    at = (*path, "config", "template")
    try:
        names = names_in(source)
    except TemplateFault as fault:
        where = (fault.line, _column(source, fault.line, r"\{[{%]"))
        words = f"the template: {_lower(str(fault))}"
        yield Finding(at, words, _remedy(str(fault), FILTERS), within=where)
        return
    if config.get("strict") is False or any(_sets_anything(each, classes) for each in before):
        return
    known = (*PAYLOAD_KEYS, *OWN_NAMES, *own_names(), *_written(before, classes))
    for name, line in names:
        if name not in known:
            hint = did_you_mean(name, known) or f"known names: {', '.join(sorted(set(known)))}"
            where = (line, _column(source, line, rf"\b{re.escape(name)}\b"))
            yield Finding(at, f'the template: nothing sets "{name}"', hint, within=where)


def _sets_anything(step: JsonObject, classes: Mapping[str, ClassDescription]) -> bool:
    """Return whether a step may put keys into the payload that nobody can know: one's own class."""
    known = classes.get(str(step.get("class")))
    return known is None or not known.builtin


def _written(
    before: Sequence[JsonObject], classes: Mapping[str, ClassDescription]
) -> Iterator[str]:
    """Yield the top key of where each step's `into` says, or its class's default for it."""
    for step in before:
        config: Any = step.get("config")
        into = config.get("into") if is_object(config) else None
        if into is None:
            schema = classes[str(step.get("class"))].config_schema
            into = schema.get("properties", {}).get("into", {}).get("default")
        if isinstance(into, str):
            yield into.split(".")[0]


def _column(source: str, line: int, pattern: str) -> int:
    lines = source.splitlines()
    found = re.search(pattern, lines[line - 1]) if 1 <= line <= len(lines) else None
    return found.start() + 1 if found else 1


def _lower(text: str) -> str:
    return (text[:1].lower() + text[1:]).rstrip(".")


def _remedy(fault: str, known: Iterable[str]) -> str:
    named = re.search(r"[Nn]o filter named '(\w+)'", fault)
    if named:
        return did_you_mean(named[1], known) or f"known filters: {', '.join(sorted(known))}"
    if re.search(r"unexpected|expected|unknown tag|end of template|never closed", fault):
        return "for example {{ user }}, or {% if draft %} … {% endif %}"
    return ""
