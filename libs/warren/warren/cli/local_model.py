"""The language model of a `make up` on this machine, for `warren bots run` where none is set."""

import os
import socket

DEFAULT_PORT = 26740  # infra's LLM_PORT
LOOK_SECONDS = 0.3
HOW = (
    "No language model answers here. Start Warren (make up), which brings one; or set"
    " OPENAI_API_KEY, or OPENAI_BASE_URL for a server of yours. Without one: `--until` a step"
    " before it, or `warren bots test`, where the model's answer is mocked."
)


def ask_it() -> str | None:
    """Let steps ask the local model where no model is set and it listens; return its address."""
    if os.environ.get("OPENAI_API_KEY") or os.environ.get("OPENAI_BASE_URL"):
        return None
    port = os.environ.get("LLM_PORT", "")
    at = ("127.0.0.1", int(port) if port.isdigit() else DEFAULT_PORT)
    try:
        socket.create_connection(at, LOOK_SECONDS).close()
    except OSError:
        return None
    url = f"http://{at[0]}:{at[1]}/v1"
    os.environ["OPENAI_BASE_URL"] = url
    os.environ["OPENAI_API_KEY"] = "local"  # the client wants one; the local server does not
    return url


def missing() -> bool:
    """Return whether no model is set."""
    return not (os.environ.get("OPENAI_API_KEY") or os.environ.get("OPENAI_BASE_URL"))
