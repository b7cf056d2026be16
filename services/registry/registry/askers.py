"""Who asks: the registry has no accounts, chat-api knows the cookie or token. Answers are kept 5
s."""

from collections import OrderedDict
from time import monotonic

from fastapi import Request

from warren.app.credentials import credentials_of
from warren.app.inner_client import ChatApiInner
from warren.contracts.accounts import Identity
from warren.contracts.inner import Credentials
from warren.errors import Forbidden, Unauthenticated

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
        secret = self._secret(request)
        kept = self._kept.get(secret)
        if kept and monotonic() - kept[0] < KEEP_SECONDS:
            return kept[1]
        return await self._ask(secret)

    async def operator(self, request: Request) -> Identity:
        """Return the operator who asks, as of now: whoever changes something is asked about anew.

        Raises Forbidden for others, Unauthenticated, or Retryable when chat-api is away.
        """
        who = await self._ask(self._secret(request))
        if not who.operator:
            raise Forbidden(
                "Only operators change bots. Nothing was changed. Ask one, or try your text with"
                " `warren bots run`, which needs nobody's leave."
            )
        return who

    def _secret(self, request: Request) -> Credentials:
        secret = credentials_of(request, self._cookie_name)
        if secret is None:
            raise Unauthenticated("Sign in, or send Authorization: Bearer with a token.")
        return secret

    async def _ask(self, secret: Credentials) -> Identity:
        who = await self._chat_api.identify(secret)
        self._kept[secret] = (monotonic(), who)
        while len(self._kept) > KEEP_MOST:
            self._kept.popitem(last=False)
        return who
