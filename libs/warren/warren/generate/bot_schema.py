"""Writes `bot_config/bot.schema.json`: what editors check and complete while a person writes a
bot; and the same for the editor in the browser."""

import json
from pathlib import Path

from warren.contracts.bot import BotFile
from warren.generate.schema import one_paragraph, plain

TARGET = Path("bot_config/bot.schema.json")
CLIENT = Path("frontend/src/botSchema.gen.json")
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def render(root: Path) -> str:
    """Return the text of the schema. root is not needed: it comes from the model alone."""
    schema = plain(BotFile.model_json_schema(by_alias=True))
    head = {
        "$schema": DIALECT,
        "title": "A Warren bot",
        "description": one_paragraph(BotFile.__doc__),
    }
    return json.dumps(head | {k: v for k, v in schema.items() if k not in head}, indent=2) + "\n"
