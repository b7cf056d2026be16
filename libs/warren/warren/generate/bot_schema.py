"""Writes `bot_config/bot.schema.json`: what editors check and complete while a person writes a
bot; and the same for the editor in the browser."""

import json
from pathlib import Path

from warren.contracts.bot import BotFile
from warren.generate.schema import Schema, one_paragraph, plain
from warren.step.describe import builtin_classes

TARGET = Path("bot_config/bot.schema.json")
CLIENT = Path("frontend/src/botSchema.gen.json")
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def render(root: Path) -> str:
    """Return the text of the schema. root is not needed: it comes from the model alone."""
    schema = plain(BotFile.model_json_schema(by_alias=True))
    _with_classes(schema)
    head = {
        "$schema": DIALECT,
        "title": "A Warren bot",
        "description": one_paragraph(BotFile.__doc__),
    }
    return json.dumps(head | {k: v for k, v in schema.items() if k not in head}, indent=2) + "\n"


def _with_classes(schema: Schema) -> None:
    """Add the built-in classes, so that editors offer them and complete each one's config."""
    step: Schema = schema["$defs"]["StepSpec"]
    named = step["properties"]["class"]
    classes = builtin_classes()
    own = {"type": named.pop("type"), "pattern": named.pop("pattern")}
    named["anyOf"] = [{"enum": sorted(classes)}, own]
    step["allOf"] = [_config_of(name, classes[name].config_schema, schema) for name in classes]


def _config_of(name: str, config: Schema, schema: Schema) -> Schema:
    """Return the rule for steps of one class. What its schema defines goes to the other parts."""
    text = json.dumps(plain(config)).replace('"#/$defs/', f'"#/$defs/{name}.')
    fresh: Schema = json.loads(text)
    for part, one in fresh.pop("$defs", {}).items():
        schema["$defs"][f"{name}.{part}"] = one
    then: Schema = {"properties": {"config": fresh}}
    if fresh.get("required"):
        then["required"] = ["config"]
    return {"if": {"properties": {"class": {"const": name}}, "required": ["class"]}, "then": then}
