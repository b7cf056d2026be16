"""The base of the built-in kinds' config: an unknown key is an error, so a typing mistake is
told.
"""

from pydantic import BaseModel, ConfigDict


class StrictConfig(BaseModel):
    """Config that knows all its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NoConfig(StrictConfig):
    """The class takes no config."""
