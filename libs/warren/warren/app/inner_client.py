"""A client for another service's inner port: service token, short timeouts, plain errors."""

from typing import TypeVar

import httpx2
from pydantic import BaseModel

from warren.contracts.accounts import Identity
from warren.contracts.inner import CatchUp, CaughtUp, Credentials
from warren.errors import NotFound, Retryable, Unauthenticated

_M = TypeVar("_M", bound=BaseModel)

TIMEOUT_SECONDS = 5.0


class Refusal(Retryable):
    """The service answered with another status than expected."""

    def __init__(self, path: str, status: int) -> None:
        super().__init__(f"{path}: HTTP {status}")
        self.status = status


class InnerClient:
    """Calls `/inner/*` routes of one service. Close it in the lifespan."""

    def __init__(self, base_url: str, service_token: str) -> None:
        self._http = httpx2.AsyncClient(
            base_url=base_url,
            headers={"Authorization": f"Bearer {service_token}"},
            timeout=TIMEOUT_SECONDS,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def call(
        self, method: str, path: str, answer: type[_M], body: BaseModel | None = None
    ) -> _M:
        """Return the answer as a model.

        Raises Unauthenticated on 401, NotFound on 404, Retryable when the service is away or
        failing.
        """
        response = await self.send(method, path, body)
        return answer.model_validate_json(response.content)

    async def send(self, method: str, path: str, body: BaseModel | None = None) -> httpx2.Response:
        """Like call, but return the raw response."""
        headers = {"Content-Type": "application/json"} if body else {}
        content = body.model_dump_json() if body else None
        try:
            response = await self._http.request(method, path, content=content, headers=headers)
        except httpx2.TransportError as error:
            raise Retryable(f"{path}: {type(error).__name__}") from error
        match response.status_code:
            case 401:
                raise Unauthenticated("Please sign in again.")
            case 404:
                raise NotFound("There is no such thing.")
            case status if status >= 400:
                raise Refusal(path, status)
            case _:
                return response


class ChatApiInner:
    """What gateway and registry ask chat-api."""

    def __init__(self, client: InnerClient) -> None:
        self._client = client

    async def identify(self, credentials: Credentials) -> Identity:
        """Return who holds the credentials. Raises Unauthenticated."""
        return await self._client.call("POST", "/inner/identify", Identity, credentials)

    async def catch_up(self, ask: CatchUp) -> CaughtUp:
        """Return what a socket missed. Raises Unauthenticated when the person is gone."""
        return await self._client.call("POST", "/inner/catch-up", CaughtUp, ask)
