"""What every route is given: the store, passwords, throttle and settings. Built once in main."""

from dataclasses import dataclass

from fastapi import Request

from chat_api.changes import Store
from chat_api.passwords import Passwords
from chat_api.settings import Settings
from chat_api.throttle import Throttle


@dataclass(frozen=True)
class Parts:
    """The parts of one running chat-api."""

    settings: Settings
    store: Store
    passwords: Passwords
    throttle: Throttle


async def parts_of(request: Request) -> Parts:
    """Return the parts of the app that serves a request."""
    parts = request.app.state.parts
    assert isinstance(parts, Parts)  # main.py set them
    return parts
