"""Settings that every service shares. Read once at start, from the environment or from files in
SECRETS_DIR."""

import os
import sys
from typing import Annotated, Literal, Self, TypeVar

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

_S = TypeVar("_S", bound="ServiceSettings")


class ServiceSettings(BaseSettings):
    """What each service needs to start. A variable's name is the field's name in capitals."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", secrets_dir=os.environ.get("SECRETS_DIR")
    )

    amqp_url: Annotated[SecretStr, Field(examples=["amqp://chat:secret@127.0.0.1:26720/"])]
    service_token: Annotated[SecretStr, Field(min_length=16, examples=["32 random characters"])]
    public_url: str = "http://localhost:8080"
    http_host: str = "127.0.0.1"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"

    @property
    def public_is_https(self) -> bool:
        """Whether browsers reach Warren by https: decides the cookie's name and its Secure flag."""
        return self.public_url.startswith("https://")

    @property
    def cookie_name(self) -> str:
        """The session cookie's name: `__Host-` needs Secure, which plain http cannot have."""
        return "__Host-warren" if self.public_is_https else "warren"

    @classmethod
    def read(cls) -> Self:
        """Return the settings, or end the process with one line per missing or bad variable."""
        try:
            return cls()  # pyright: ignore[reportCallIssue] # the environment gives them
        except ValidationError as error:
            sys.exit(explain(cls, error))


def explain(model: type[ServiceSettings], error: ValidationError) -> str:
    """Return what is wrong with the environment: variable, fault, example. Values are never
    shown."""
    lines = [f"{model.__module__.split('.')[0]} cannot start: its settings are not complete."]
    for fault in error.errors(include_input=False, include_url=False):
        name = str(fault["loc"][0]) if fault["loc"] else "?"
        field = model.model_fields.get(name)
        example = (
            f" (example: {name.upper()}={field.examples[0]})" if field and field.examples else ""
        )
        lines.append(f"  {name.upper()}: {fault['msg']}{example}")
    return "\n".join(lines)
