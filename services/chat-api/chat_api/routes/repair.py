"""/api/v1/dead-letters/{id}: replay, finish by hand, dismiss, restore. id may be the reference."""

from fastapi import APIRouter

from chat_api.letters.one import letter_at, row_of
from chat_api.repair import dismiss as dismissing
from chat_api.repair.finish import finish
from chat_api.repair.replay import replay
from chat_api.routes.asker import PROBLEMS, WithStore
from chat_api.routes.operator import Operator
from warren.contracts.letters import Dismiss, Finish, LetterRow, Replay

router = APIRouter(prefix="/dead-letters/{id}", tags=["dead letters"], responses=PROBLEMS)


@router.post("/replay")
async def send_again(id: str, ask: Replay, who: Operator, store: WithStore) -> LetterRow:
    """Replay, edited when payload is given; 409 says who was first or why it is not possible."""
    letter = await letter_at(store, id)
    await replay(store, who, letter, ask)
    return await row_of(store, letter)


@router.post("/finish")
async def finish_by_hand(id: str, ask: Finish, who: Operator, store: WithStore) -> LetterRow:
    """Give the failed step's output, and the rest runs; or give the reply itself."""
    letter = await letter_at(store, id)
    await finish(store, who, letter, ask)
    return await row_of(store, letter)


@router.post("/dismiss")
async def dismiss(id: str, ask: Dismiss, who: Operator, store: WithStore) -> LetterRow:
    """Give a letter up, with a reason."""
    letter = await letter_at(store, id)
    await dismissing.dismiss(store, who, letter, ask.reason)
    return await row_of(store, letter)


@router.post("/restore")
async def restore(id: str, who: Operator, store: WithStore) -> LetterRow:
    """Open a dismissed letter again."""
    letter = await letter_at(store, id)
    await dismissing.restore(store, who, letter)
    return await row_of(store, letter)
