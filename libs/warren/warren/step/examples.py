"""Values as a person would write them in a bot file: for hints. Pure."""

from typing import Any

import yaml
from pydantic import BaseModel

MAX_EXAMPLE_CHARS = 60  # a longer one is no hint


def written(value: Any) -> str:
    """Return a value as YAML in one line, "" when it is too long for one."""
    if isinstance(value, BaseModel) or value in (None, "", (), {}):
        return ""
    text: str = yaml.safe_dump(
        value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=1000
    )
    text = text.removesuffix("...\n").strip()
    return text if len(text) <= MAX_EXAMPLE_CHARS else ""
