"""What lint knows of a Classify step beyond its config's types: labels that look alike. Pure."""

from collections.abc import Iterator
from typing import Any

from warren.contracts.base import JsonObject
from warren.step.marked_yaml import Path
from warren.step.shape import is_array, is_object
from warren.step.wording import Finding


def check_classify(step: JsonObject, path: Path) -> Iterator[Finding]:
    """Yield what is wrong with a Classify step."""
    config: Any = step.get("config")
    labels: Any = config.get("labels") if is_object(config) else None
    seen: set[str] = set()
    for index, label in enumerate(labels if is_array(labels) else []):
        name: Any = label.get("name") if is_object(label) else None
        if not isinstance(name, str):
            continue
        if name.casefold() in seen:
            at = (*path, "config", "labels", index, "name")
            yield Finding(at, f'two labels have the name "{name}"', "give this one another")
        seen.add(name.casefold())
