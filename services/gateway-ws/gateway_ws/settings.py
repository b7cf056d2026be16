"""Settings of the gateway: where it listens, whom it asks, and its limits. Read once at start."""

from typing import Annotated

from pydantic import Field

from warren.settings import ServiceSettings


class Settings(ServiceSettings):
    """A variable's name is the field's name in capitals."""

    http_port: int = 8002
    inner_port: int = 9002
    chat_api_inner_url: str = "http://127.0.0.1:9001"
    sockets_per_user: Annotated[int, Field(ge=1)] = 20  # per instance; one more is closed 4409
    client_frames_per_second: Annotated[float, Field(gt=0)] = 5  # a burst of 4 s' worth is free
    hello_seconds: Annotated[float, Field(gt=0)] = 10  # from the handshake to the first hello
    ping_seconds: Annotated[float, Field(gt=0)] = 25  # proxies cut idle connections at 30 to 120 s
    recheck_seconds: Annotated[float, Field(gt=0, le=58)] = 50  # session and membership, at most

    @property
    def cookie_name(self) -> str:
        """The name of the session cookie, which depends on whether PUBLIC_URL is https."""
        return "__Host-warren" if self.public_is_https else "warren"
