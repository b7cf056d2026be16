"""Who asks: the registry has no accounts, chat-api knows the cookie or token. Answers are kept 5
s."""

from collections import OrderedDict
from time import monotonic

from fastapi import Request

from warren.app.credentials import credentials_of
from warren.app.inner_client import ChatApiInner
from warren.contracts.accounts import Identity
from warren.contracts.inner import Credentials
from warren.errors import Unauthenticated

KEEP_SECONDS = 5.0
KEEP_MOST = 1000


class Askers:
    """A dependency for routes that signed-in people may read."""

    def __init__(self, chat_api: ChatApiInner, cookie_name: str) -> None:
        self._chat_api = chat_api
        self._cookie_name = cookie_name
        self._kept: OrderedDict[Credentials, tuple[float, Identity]] = OrderedDict()

    async def __call__(self, request: Request) -> Identity:
        """Return who asks. Raises Unauthenticated, or Retryable when chat-api is away."""
        secret = credentials_of(request, self._cookie_name)
        if secret is None:
            raise Unauthenticated("Sign in, or send Authorization: Bearer with a token.")
        kept = self._kept.get(secret)
        if kept and monotonic() - kept[0] < KEEP_SECONDS:
            return kept[1]
        who = await self._chat_api.identify(secret)
        self._kept[secret] = (monotonic(), who)
        while len(self._kept) > KEEP_MOST:
            self._kept.popitem(last=False)
        return who
