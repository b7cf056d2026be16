"""A revision of a bot: its canonical YAML and the custom step files that it uses, under one digest.

The same bot gives the same digest everywhere: comments, key order and defaults written out make no
difference. Defaults are left out, so a new optional key in Warren changes no digest.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import yaml

from warren.contracts.base import JsonObject
from warren.contracts.bot import BotFile, Fallback, StepSpec
from warren.contracts.names import kind_of
from warren.contracts.registry import Revision, StepCard, StepSource
from warren.step.shape import is_array, is_object


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, as a person would."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    node: yaml.ScalarNode = dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)  # type: ignore[reportUnknownMemberType]  # PyYAML is half typed
    return node


_Dumper.add_representer(str, _text)


def as_data(bot: BotFile) -> JsonObject:
    """Return the bot as canonical data: no defaults, keys of free objects sorted."""
    plain = bot.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for step in plain.get("steps", []):
        if "config" in step:
            step["config"] = _sorted(step["config"])
    if "tests" in plain:
        plain["tests"] = _sorted(plain["tests"])
    return plain


def canonical(bot: BotFile) -> str:
    """Return the bot's canonical YAML."""
    return yaml.dump(
        as_data(bot), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1_000_000
    )


def digest(canonical_yaml: str, sources: Iterable[StepSource]) -> str:
    """Return the sha256, in hex, over the YAML and the hash of each custom step file, by class
    name.
    """
    total = hashlib.sha256(canonical_yaml.encode())
    for source in sorted(sources, key=lambda each: each.class_name):
        total.update(f"\n{source.class_name} {source.sha256}".encode())
    return total.hexdigest()


def step_source(class_name: str, source: str) -> StepSource:
    """Return the text of a custom step file under its hash."""
    return StepSource(class_name=class_name, sha256=sha256_of(source), source=source)


def sha256_of(source: str) -> str:
    """Return the hash of a step file's text, in hex."""
    return hashlib.sha256(source.encode()).hexdigest()


def build(bot: BotFile, sources: Mapping[str, StepSource], created_at: datetime) -> Revision:
    """Return the revision of a linted bot. sources has custom classes by name; only those used are
    kept.
    """
    used = {step.class_ for step in bot.steps}
    kept = tuple(sources[name] for name in sorted(used) if name in sources)
    text = canonical(bot)
    return Revision(
        digest=digest(text, kept),
        name=bot.name,
        yaml=text,
        bot=as_data(bot),
        sources=kept,
        created_at=created_at,
    )


def bot_of(revision: Revision) -> BotFile:
    """Return the revision's bot as a model, defaults filled in."""
    return BotFile.model_validate(revision.bot)


def step_cards(bot: BotFile) -> tuple[StepCard, ...]:
    """Return the pipeline as the door, the runner and the client need it: ids given, kinds
    named.
    """
    return tuple(
        StepCard(
            id=step.id or step.class_.lower(),
            class_name=step.class_,
            kind=kind_of(step.class_),
            timeout_seconds=step.timeout_seconds,
            attempts=step.retry.attempts,
            on_error="fallback" if isinstance(step.on_error, Fallback) else step.on_error,
            delegates=delegates_to(step),
        )
        for step in bot.steps
    )


def delegates_to(step: StepSpec) -> str | None:
    """Return the bot, or the persona's name, that a Delegate step asks; None for other steps."""
    if step.class_ != "Delegate":
        return None
    named = step.config.get("bot") or step.config.get("persona")
    return named if isinstance(named, str) else None


def _sorted(value: Any) -> Any:
    if is_object(value):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if is_array(value):
        return [_sorted(item) for item in value]
    return value
