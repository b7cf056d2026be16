"""/api/v1/turns: a bot's turn, its trace, how to cancel it and how to try again."""

from fastapi import APIRouter

from chat_api import cancel, traces
from chat_api.membership import NO_TURN, id_in_path
from chat_api.person import Person
from chat_api.repair import retry
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
    return await cancel.cancel(store, Person(who.id, who.username), id_in_path(id, NO_TURN))


@router.post("/retry")
async def again(id: str, who: Asker, store: WithStore) -> TurnView:
    """Try a failed turn again, as it was; 409 says why that is not possible."""
    return await retry.retry(store, Person(who.id, who.username), id_in_path(id, NO_TURN))
