"""Writes `docs/reference/settings.md`: the environment variables of each service, from its Settings
model.

The services' modules are looked up by name: the library imports no service, this page is about
them.
"""

import importlib
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from warren.settings import ServiceSettings

TARGET = Path("docs/reference/settings.md")
PACKAGES = ("chat_api", "registry", "gateway_ws", "bot_runner")

_HEAD = """# Settings

Each service reads its settings once at start, from environment variables or from files of the same
name in the folder that `SECRETS_DIR` names. A missing or bad one stops the start with one line that
names it. Written by `python -m warren.generate`; do not edit.
"""


def render(root: Path) -> str:
    """Return the text of the page. root is not needed: it comes from the models alone."""
    shared = _section("Every service", ServiceSettings, {})
    own = (
        _section(package.replace("_", "-"), model, ServiceSettings.model_fields)
        for package in PACKAGES
        for model in [_model(package)]
    )
    return _HEAD + shared + "".join(own)


def _model(package: str) -> type[ServiceSettings]:
    module = importlib.import_module(f"{package}.settings")
    return next(
        one
        for one in vars(module).values()
        if isinstance(one, type)
        and issubclass(one, ServiceSettings)
        and one.__module__ == module.__name__
    )


def _section(title: str, model: type[ServiceSettings], but: dict[str, FieldInfo]) -> str:
    own = (
        (name, field)
        for name, field in model.model_fields.items()
        if name not in but or repr(field) != repr(but[name])
    )
    rows = "".join(_row(name, field) for name, field in own)
    return f"\n## {title}\n\n| variable | default | what |\n|---|---|---|\n{rows}"


def _row(name: str, field: FieldInfo) -> str:
    words = " ".join((field.description or "").split())
    example = f"example: `{field.examples[0]}`" if field.examples else ""
    what = "; ".join(part for part in (words, example) if part)
    return f"| `{name.upper()}` | {_default(field)} | {what} |\n"


def _default(field: FieldInfo) -> str:
    value: Any = field.default
    if value is PydanticUndefined:
        return "required" if field.default_factory is None else "made at start"
    if isinstance(value, Path) and value.is_relative_to(gettempdir()):
        return f"`{value.name}` in the temporary folder"
    return "none" if value is None or value == "" else f"`{value}`"
