"""What the registry needs from its environment. See README.md for the table."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr

from warren.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of the registry, read once at start."""

    database_url: Annotated[
        SecretStr, Field(examples=["postgresql+psycopg://registry:secret@127.0.0.1:26730/registry"])
    ]
    bot_config_dir: Path = Path("bot_config")
    http_port: int = 8003
    inner_port: int = 9003
    chat_api_inner_url: str = "http://127.0.0.1:9001"
