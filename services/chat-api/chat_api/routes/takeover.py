"""/api/v1/conversations/{id}: take it over, release it, call for a person."""

from fastapi import APIRouter

from chat_api.membership import NO_CONVERSATION, id_in_path
from chat_api.routes.asker import PROBLEMS, WithStore
from chat_api.routes.decider import WithDecider
from chat_api.takeover import calling, taking_over
from warren.contracts.takeover import TakeOver, TakeoverView

router = APIRouter(prefix="/conversations/{id}", tags=["takeover"], responses=PROBLEMS)


@router.post("/takeover")
async def take_over(
    id: str, who: WithDecider, store: WithStore, ask: TakeOver | None = None
) -> TakeoverView:
    """Take it over: bots say nothing here until it is released or the time is over."""
    place = id_in_path(id, NO_CONVERSATION)
    return await taking_over.take_over(store, who, who.name, place, ask or TakeOver())


@router.post("/release", status_code=204)
async def release(id: str, who: WithDecider, store: WithStore) -> None:
    """Let the bots speak again."""
    await taking_over.release(store, who, who.name, id_in_path(id, NO_CONVERSATION))


@router.post("/human", status_code=204)
async def human(id: str, who: WithDecider, store: WithStore) -> None:
    """Ask the operators for a person."""
    await calling.call_a_person(store, who, who.name, id_in_path(id, NO_CONVERSATION))
