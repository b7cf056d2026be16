"""/inner: what gateway and registry ask, with the service token."""

from fastapi import APIRouter, Response

from chat_api import catchup
from chat_api.routes.asker import WithStore
from chat_api.sessions import use_ticket, who_has
from warren.contracts.accounts import Identity
from warren.contracts.inner import CatchUp, CaughtUp, Credentials

router = APIRouter(prefix="/inner")


@router.post("/identify")
async def identify(ask: Credentials, store: WithStore) -> Identity:
    """Return who holds a cookie, a token or a ticket (which is used up)."""
    if ask.ticket is not None:
        return (await use_ticket(store, ask.ticket)).identity
    return (await who_has(store, ask.bearer or ask.cookie)).identity


@router.post("/catch-up", response_model=CaughtUp)
async def catch_up(ask: CatchUp, store: WithStore) -> Response:
    """Return what a socket missed."""
    return Response(await catchup.catch_up(store, ask), media_type="application/json")
