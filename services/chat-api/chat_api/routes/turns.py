"""/api/v1/turns: a bot's turn, its trace, and how to cancel it."""

from fastapi import APIRouter

from chat_api import cancel, traces
from chat_api.membership import NO_TURN, id_in_path
from chat_api.routes.asker import PROBLEMS, Asker, WithStore
from warren.contracts.chat import TraceView, TurnView

router = APIRouter(prefix="/turns/{id}", tags=["turns"], responses=PROBLEMS)


@router.get("")
async def read(id: str, who: Asker, store: WithStore) -> TurnView:
    """Return a turn of one of your conversations."""
    return await traces.read_turn(store, who.id, id_in_path(id, NO_TURN))


@router.get("/trace")
async def trace(id: str, who: Asker, store: WithStore) -> TraceView:
    """Return why this answer: first input, and every attempt of every step once it has ended."""
    return await traces.read_trace(store, who.id, id_in_path(id, NO_TURN))


@router.post("/cancel")
async def end(id: str, who: Asker, store: WithStore) -> TurnView:
    """Cancel a turn that has not ended; 409 says how it ended otherwise."""
    return await cancel.cancel(store, who.id, id_in_path(id, NO_TURN))
