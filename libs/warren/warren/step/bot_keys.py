"""The keys of a bot file, from its model: which there are at a place, and an example of each. Pure.

lint asks when it has to say what else could stand there.
"""

from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from warren.contracts.bot import BotFile, Persona, StepSpec
from warren.step.examples import written
from warren.step.marked_yaml import Path

_OTHER_NAMES = {
    "timeout": "timeout_seconds",
    "retries": "retry",
    "attempts": "retry",
    "type": "class",
    "kind": "class",
    "step": "class",
    "uses": "class",
    "name": "id",
    "with": "config",
    "options": "config",
    "title": "display_name",
    "emoji": "avatar",
    "icon": "avatar",
    "description": "purpose",
    "welcome": "greeting",
    "pipeline": "steps",
    "cases": "tests",
    "mocks": "mock",
    "tz": "timezone",
    "latency": "latency_seconds",
}
"""What other systems call it: by our own name."""


def known_keys(path: Path) -> list[str]:
    """Return the keys that the object around path may have; [] where any may stand."""
    return list(_fields(path[:-1]))


def example_of(path: Path) -> str:
    """Return how the value at path is written, as YAML in one line; "" when there is no example."""
    parts = [part for part in path if isinstance(part, str)]
    field = _fields(path[:-1]).get(parts[-1]) if parts else None
    if field is None:
        return ""
    examples = field.examples or ([] if field.is_required() else [field.default])
    return written(examples[0]) if examples else ""


def where_it_belongs(path: Path, config: Any) -> str:
    """Return the hint for a key that nobody knows here but elsewhere, or by another name; else "".

    config is the JSON Schema of the step's config, where path is a key of a step.
    """
    key, here = str(path[-1]), known_keys(path)
    other = _OTHER_NAMES.get(key.lower(), "")
    if other in here:
        return f'did you mean "{other}"?'
    if len(path) == 3 and path[0] == "steps" and key in config.get("properties", {}):
        return f"it belongs under `config`: write `config: {{{key}: …}}`"
    if len(path) == 1 and key in Persona.model_fields:
        return f"it belongs under `persona`: write `persona: {{{key}: …}}`"
    if len(path) == 1 and key in _names(StepSpec):
        return "it belongs to a step: put it under one of `steps`, indented"
    if len(path) == 3 and path[0] == "steps" and key in _names(BotFile):
        return "it belongs to the bot, not to a step: put it at the left margin"
    return ""


def _fields(path: Path) -> dict[str, FieldInfo]:
    """Return the fields of the object at path, by key; {} where it is no part of the model."""
    model: type[BaseModel] = BotFile
    for part in path:
        if isinstance(part, int):
            continue
        field = _names(model).get(part)
        inner = None if field is None else _model_in(field.annotation)
        if inner is None:
            return {}
        model = inner
    return _names(model)


def _names(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _model_in(annotation: Any) -> type[BaseModel] | None:
    for each in (annotation, *get_args(annotation)):
        if isinstance(each, type) and issubclass(each, BaseModel):
            return each
    return None
