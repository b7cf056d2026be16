"""What chat-api needs from its environment. See README.md for the table."""

from typing import Annotated

from pydantic import Field, SecretStr

from warren.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of chat-api, read once at start."""

    database_url: Annotated[
        SecretStr, Field(examples=["postgresql+psycopg://chat:secret@127.0.0.1:26730/chat"])
    ]
    http_port: int = 8001
    inner_port: int = 9001
    registry_inner_url: str = "http://127.0.0.1:9003"
