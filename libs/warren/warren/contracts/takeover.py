"""The takeover of a conversation: a person speaks, and its bots say nothing meanwhile."""

from typing import Annotated, Literal

from pydantic import Field

from warren.contracts.base import Request, UtcTime, View


class TakeOver(Request):
    """Take a conversation over: bots say nothing here until it is released or the time is over.

    then: what is done when the time is over. release: the bots answer again from the next message
    on. answer: they also answer the newest message, if nobody has answered it meanwhile.
    """

    minutes: Annotated[int, Field(ge=1, le=7 * 24 * 60)] = 60
    then: Literal["release", "answer"] = "release"


class TakeoverView(View):
    """Who has taken a conversation over, and until when."""

    by: str
    by_name: str
    since: UtcTime
    until: UtcTime
    then: Literal["release", "answer"]
