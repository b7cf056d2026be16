"""/api/v1/conversations/{id}/messages: posted and read."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from chat_api import history, posting
from chat_api.membership import NO_CONVERSATION, id_in_path
from chat_api.person import Person
from chat_api.routes.asker import PROBLEMS, Asker, WithStore
from chat_api.routes.users import Cursor, Limit
from warren.contracts.chat import MessageView, NewMessage, Page

router = APIRouter(prefix="/conversations/{id}/messages", tags=["messages"], responses=PROBLEMS)

Seq = Annotated[int | None, Query(ge=0, le=history.MAX_SEQ)]


@router.post("", status_code=201, response_model=MessageView)
async def post(
    id: str,
    ask: NewMessage,
    who: Asker,
    store: WithStore,
    idempotency_key: Annotated[str | None, Header()] = None,
) -> Response:
    """Post a message. The same Idempotency-Key gives the same answer for ever."""
    place = id_in_path(id, NO_CONVERSATION)
    author = Person(who.id, who.username)
    shown = await posting.post(store, author, place, ask.body, idempotency_key)
    return Response(shown.model_dump_json(), 201, media_type="application/json")


@router.get("")
async def read(
    id: str,
    who: Asker,
    store: WithStore,
    after_seq: Seq = None,
    before_seq: Seq = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[MessageView]:
    """Read messages in ascending order: after a seq, before a seq, or the newest page."""
    return await history.page(
        store,
        who.id,
        id_in_path(id, NO_CONVERSATION),
        after_seq=after_seq,
        before_seq=before_seq,
        limit=limit,
        cursor=cursor,
    )
