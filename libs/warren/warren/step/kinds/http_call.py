"""Http: one call to a host that this deployment allows. See docs/how-to/steps/http.md.

The file is not called http.py: run as a script it would hide Python's own `http`.
"""

import asyncio
import os
import re
import sys
from importlib import import_module
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from warren.contracts.base import JsonObject
from warren.step.allowed_hosts import check_allowed, origin_of
from warren.step.context import IDEMPOTENCY_KEY
from warren.step.errors import Permanent
from warren.step.hosts import host_of_url
from warren.step.kinds.filling import SECRET_NAME, Secrets, fill_body, fill_header, fill_url
from warren.step.kinds.strict import StrictConfig
from warren.step.places import INTO, put
from warren.step.step import Step

DEFAULT_SECONDS = 30.0
DEFAULT_BYTES = 64 * 1024
MAX_BYTES = 192 * 1024  # the payload takes 256 KiB in all
HEADER_NAME = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
OWN_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection", "te"})
SecretName = Annotated[str, Field(pattern=SECRET_NAME, examples=["WARREN_BOT_WEATHER_KEY"])]
_ASKING = "warren.step.kinds.asking_http"


class Http(Step):
    """Ask an allowed host over HTTP; the answer goes into `http`: status, content_type, body."""

    class Config(StrictConfig):
        url: str = Field(
            description="The address. `{path}` is filled from the payload, percent-encoded, after"
            " the host.",
            examples=["https://api.example.com/v1/search?q={messages.-1.body}"],
        )
        method: Literal["GET", "POST", "PUT"] = Field(
            default="GET", description="How it asks.", examples=["POST"]
        )
        headers: dict[str, str] = Field(
            default={},
            description="Headers. A secret is written ${WARREN_BOT_NAME} and listed in `secrets`.",
            examples=[{"Authorization": "Bearer ${WARREN_BOT_WEATHER_KEY}"}],
        )
        body: dict[str, Any] | str | None = Field(
            default=None,
            description="What POST and PUT send: an object goes as JSON, a text as it is.",
            examples=[{"question": "{messages.-1.body}"}],
        )
        secrets: list[SecretName] = Field(
            default=[],
            description="Names of environment variables of the bot-runners that it may use.",
            examples=[["WARREN_BOT_WEATHER_KEY"]],
        )
        into: str = Field(
            default="http",
            pattern=INTO,
            description="Where in the payload the answer goes.",
            examples=["http"],
        )
        timeout_seconds: float = Field(
            default=DEFAULT_SECONDS,
            gt=0,
            le=1200,
            description="How long the answer may take, at most the step's own timeout_seconds.",
            examples=[10],
        )
        max_bytes: int = Field(
            default=DEFAULT_BYTES,
            ge=1,
            le=MAX_BYTES,
            description="The largest answer that is taken.",
            examples=[DEFAULT_BYTES],
        )

        @field_validator("url")
        @classmethod
        def _leads_somewhere(cls, value: str) -> str:
            if origin_of(value) is None:
                raise ValueError("it must begin with https:// and a host, without tokens in them")
            return value

        @field_validator("headers")
        @classmethod
        def _are_headers(cls, value: dict[str, str]) -> dict[str, str]:
            for name in value:
                if not re.fullmatch(HEADER_NAME, name) or name.lower() in OWN_HEADERS:
                    raise ValueError(f"{name!r} is no header that a step may set")
            return value

    @property
    def hosts(self) -> tuple[str, ...]:  # type: ignore[override]  # a property is as good
        """The host that it asks: while it does not answer, questions wait."""
        host = host_of_url(self.config.url)
        return (host,) if host else ()

    @property
    def activity(self) -> str:  # type: ignore[override]
        return f"asking {self.hosts[0]}" if self.hosts else self.step_name

    async def process(self, payload: JsonObject) -> JsonObject:
        """Set what `into` names to {status, content_type, body}; body is JSON where it came so.

        Raises Retryable, with the host's Retry-After, for what may pass; BadAnswer for JSON that
        cannot be read; Permanent for refusals, redirects, answers over max_bytes, and hosts that
        are not allowed.
        """
        config = self.config
        origin = origin_of(config.url)
        if origin is None:
            raise Permanent("the url leads nowhere")
        check_allowed(origin, os.environ)
        if config.method == "GET" and config.body is not None:
            raise Permanent("a GET has no body: use `method: POST`")
        secrets = Secrets(config.secrets, os.environ)
        headers = {
            name: fill_header(value, payload, secrets) for name, value in config.headers.items()
        }
        key = IDEMPOTENCY_KEY.get()
        if key:
            headers.setdefault("Idempotency-Key", key)
        url = fill_url(config.url, payload, secrets)
        body = fill_body(config.body, payload, secrets)
        if _ASKING not in sys.modules:  # the HTTP client takes a while to import
            await asyncio.to_thread(import_module, _ASKING)
        from warren.step.kinds.asking_http import Ask, ask

        asked = Ask(config.method, url, headers, body, config.timeout_seconds, config.max_bytes)
        put(payload, config.into, await ask(asked, self.hosts[0], secrets))
        return payload


if __name__ == "__main__":
    Http.main()
