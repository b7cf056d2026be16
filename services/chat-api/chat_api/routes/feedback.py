"""/api/v1/messages/{id}: thumbs for bots' messages, and what they should have said."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from chat_api.ledger import correcting, feedback
from chat_api.ledger.spoken import NO_MESSAGE
from chat_api.membership import NO_CONVERSATION, id_in_path
from chat_api.person import Person
from chat_api.routes.asker import PROBLEMS, Asker, WithStore
from chat_api.routes.users import Cursor
from warren.contracts.chat import MessageView, Page
from warren.contracts.ledger import Correction, Feedback, Thumb

router = APIRouter(tags=["feedback"], responses=PROBLEMS)

MOST_THUMBS = 1000  # of one person in one conversation, on one page


@router.put("/messages/{id}/feedback", status_code=204)
async def give(id: str, ask: Feedback, who: Asker, store: WithStore) -> Response:
    """Give a thumb for a bot's message, or take it back with null."""
    reader = Person(who.id, who.username)
    await feedback.give(store, reader, id_in_path(id, NO_MESSAGE), ask)
    return Response(status_code=204)


@router.post("/messages/{id}/correction")
async def correct(id: str, ask: Correction, who: Asker, store: WithStore) -> MessageView:
    """Say what a bot's message should have said. Everybody sees it; the first text is kept."""
    reader = Person(who.id, who.username)
    return await correcting.correct(store, reader, id_in_path(id, NO_MESSAGE), ask)


@router.get("/conversations/{id}/feedback")
async def given(
    id: str,
    who: Asker,
    store: WithStore,
    limit: Annotated[int, Query(ge=1, le=MOST_THUMBS)] = MOST_THUMBS,
    cursor: Cursor = None,
) -> Page[Thumb]:
    """List your own thumbs in a conversation."""
    place = id_in_path(id, NO_CONVERSATION)
    return await feedback.given(store, who.id, place, limit, cursor)
