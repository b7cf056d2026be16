"""Settings of the gateway: where it listens, whom it asks, and its limits. Read once at start."""

from typing import Annotated

from pydantic import Field

from warren.settings import ServiceSettings


class Settings(ServiceSettings):
    """A variable's name is the field's name in capitals."""

    http_port: Annotated[int, Field(description="port of the sockets")] = 8002
    inner_port: Annotated[int, Field(description="port of /livez, /readyz, /metrics")] = 9002
    chat_api_inner_url: Annotated[str, Field(description="chat-api's inner port")] = (
        "http://127.0.0.1:9001"
    )
    sockets_per_user: Annotated[
        int, Field(ge=1, description="of one person on one instance; one more is closed 4409")
    ] = 20
    client_frames_per_second: Annotated[
        float, Field(gt=0, description="a socket may send; 4 s' worth may come at once, then 4429")
    ] = 5
    hello_seconds: Annotated[
        float, Field(gt=0, description="from the handshake to the first hello, then 4408")
    ] = 10
    ping_seconds: Annotated[
        float, Field(gt=0, description="between two pings; proxies cut silence at 30 to 120 s")
    ] = 25
    recheck_seconds: Annotated[
        float, Field(gt=0, le=58, description="at most, between two checks of a session")
    ] = 50
