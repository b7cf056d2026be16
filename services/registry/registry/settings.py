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
    openai_api_key: Annotated[
        SecretStr | None,
        Field(description="As the bot-runners have it: for `POST bots/try` only."),
    ] = None
    openai_base_url: Annotated[
        str | None,
        Field(description="As the bot-runners have it: for `POST bots/try` only."),
    ] = None
    http_step_hosts: Annotated[
        str,
        Field(
            description="As the bot-runners have it: for lint, and for `POST bots/try`, which"
            " `WARREN_BOT_*` reaches from the environment, too.",
            examples=["api.example.com"],
        ),
    ] = ""
