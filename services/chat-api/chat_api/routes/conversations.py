"""/api/v1/conversations: made, listed, read."""

from fastapi import APIRouter, Response

from chat_api import conversations
from chat_api.membership import NO_CONVERSATION, id_in_path
from chat_api.routes.asker import PROBLEMS, Asker, WithStore
from chat_api.routes.users import Cursor, Limit
from warren.contracts.chat import ConversationView, NewConversation, Page, ReadUpTo

router = APIRouter(prefix="/conversations", tags=["conversations"], responses=PROBLEMS)


@router.post("", status_code=201, responses={200: {"model": ConversationView}})
async def make(
    ask: NewConversation, who: Asker, store: WithStore, response: Response
) -> ConversationView:
    """Make a conversation; two members and no title: the one direct conversation, found or made."""
    shown, is_new = await conversations.make(store, who, ask)
    response.status_code = 201 if is_new else 200
    return shown


@router.get("")
async def list_mine(
    who: Asker, store: WithStore, limit: Limit = 50, cursor: Cursor = None
) -> Page[ConversationView]:
    """List the conversations that you belong to, the most active first."""
    return await conversations.list_mine(store, who.id, limit, cursor)


@router.get("/{id}")
async def read(id: str, who: Asker, store: WithStore) -> ConversationView:
    """Return one conversation with its members and its turns that have not ended."""
    return await conversations.read(store, who.id, id_in_path(id, NO_CONVERSATION))


@router.post("/{id}/read", status_code=204)
async def mark_read(id: str, ask: ReadUpTo, who: Asker, store: WithStore) -> Response:
    """Note how far you have read."""
    await conversations.mark_read(store, who.id, id_in_path(id, NO_CONVERSATION), ask.seq)
    return Response(status_code=204)
