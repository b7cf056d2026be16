"""/api/v1/questions: what bots ask people. Each is answered once."""

from fastapi import APIRouter

from chat_api.decisions import approving, reading
from chat_api.decisions.answering import answer as answering
from chat_api.decisions.cases import NO_QUESTION
from chat_api.membership import id_in_path
from chat_api.routes.asker import PROBLEMS, WithStore
from chat_api.routes.decider import WithDecider
from chat_api.routes.drafts import Place, Status
from chat_api.routes.users import Cursor, Limit
from warren.contracts.chat import Page
from warren.contracts.decisions import AnswerQuestion, HandOver, QuestionView

router = APIRouter(prefix="/questions", tags=["questions"], responses=PROBLEMS)


@router.get("")
async def listed(
    who: WithDecider,
    store: WithStore,
    status: Status = None,
    conversation: Place = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[QuestionView]:
    """Return the questions that you may answer, or have answered, oldest first."""
    return await reading.questions(
        store, who, status=status, place=conversation, limit=limit, cursor=cursor
    )


@router.get("/{id}")
async def one(id: str, who: WithDecider, store: WithStore) -> QuestionView:
    """Return one question."""
    return await reading.question(store, who, id_in_path(id, NO_QUESTION))


@router.post("/{id}/answer")
async def answer(id: str, ask: AnswerQuestion, who: WithDecider, store: WithStore) -> QuestionView:
    """Answer it; 422 names the fields that do not fit its form, 409 says who was first."""
    question = id_in_path(id, NO_QUESTION)
    await answering(store, who, question, ask.answer)
    return await reading.question(store, who, question)


@router.post("/{id}/hand-over", status_code=204)
async def hand_over(id: str, ask: HandOver, who: WithDecider, store: WithStore) -> None:
    """Let somebody else answer; without a name the operators."""
    await approving.hand_to(store, who, id_in_path(id, NO_QUESTION), ask.to)
