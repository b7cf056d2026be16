"""JSON Schema from contract models, as a person would write it. Used by bot_schema and asyncapi."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

Schema = dict[str, Any]


def schemas_of(models: Sequence[type[BaseModel]], ref_template: str) -> dict[str, Schema]:
    """Return the schemas of the models and all that they use, by name, sorted."""
    _, found = models_json_schema(
        [(model, "validation") for model in models], ref_template=ref_template
    )
    parts: dict[str, Schema] = found.get("$defs", {})
    return {name: plain(parts[name]) for name in sorted(parts)}


def plain(schema: Any, *, names: bool = False) -> Any:
    """Drop the titles that pydantic makes from field names, and OpenAPI's discriminator objects.

    names is true where the keys are field names and no keywords of JSON Schema.
    """
    match schema:
        case list():
            return [plain(part) for part in schema]  # pyright: ignore[reportUnknownVariableType]
        case dict():
            kept: Schema = {}
            for key, value in schema.items():  # pyright: ignore[reportUnknownVariableType]
                if names or not _unwanted(str(key), value):  # pyright: ignore[reportUnknownArgumentType]
                    inside = key in ("properties", "$defs", "patternProperties") and not names
                    kept[str(key)] = _value(str(key), value, names=inside)  # pyright: ignore[reportUnknownArgumentType]
            return kept
        case _:
            return schema


def one_paragraph(text: str | None) -> str:
    """Return a docstring as one line: editors and documents wrap by themselves."""
    return " ".join((text or "").split())


def _unwanted(key: str, value: object) -> bool:
    return (key == "title" and isinstance(value, str)) or (
        key == "discriminator" and isinstance(value, dict)
    )


def _value(key: str, value: Any, *, names: bool) -> Any:
    if key == "description" and isinstance(value, str):
        return one_paragraph(value)
    if key in ("default", "examples", "enum", "const"):
        return value
    return plain(value, names=names)
