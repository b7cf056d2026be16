"""Answer a question: the step that asked goes on with it. A call for a person is answered in one's
own name: who answers joins the conversation and takes it over."""

from uuid import UUID, uuid4

from chat_api.changes import Store, changing
from chat_api.decisions.cases import QUESTIONS, Decider, lock_case
from chat_api.decisions.closing import close
from chat_api.decisions.forms import must_fit
from chat_api.decisions.going_on import go_on
from chat_api.plain_text import checked, keepable, refused
from chat_api.posting import write
from chat_api.takeover.joining import join
from chat_api.takeover.taking_over import take
from warren.contracts.base import JsonObject
from warren.contracts.decisions import QuestionKind
from warren.contracts.slip import Answer
from warren.contracts.takeover import TakeOver
from warren.errors import Unprocessable


async def answer(store: Store, who: Decider, id: UUID, value: JsonObject) -> None:
    """Answer a question.

    Raises NotFound, Conflict when it is answered, Unprocessable when it does not fit the form.
    """
    if keepable(value) != value:
        raise Unprocessable("Nothing was saved. The answer holds a NUL character: remove it.")
    async with changing(store, "decision") as changes:
        case = await lock_case(changes, who, id, QUESTIONS)
        must_fit(value, case.form)
        close(changes, case, who, "answered", answer=value)
        match case.kind:
            case "human":
                text = str(value.get("body", ""))
                checked(text, "/answer/body")
                await changes.flush()
                await join(changes, who, case.conversation_id)
                await take(changes, who, who.name, case.conversation_id, TakeOver())
                await write(changes, who, case.conversation_id, text, f"human:{uuid4()}")
            case "instead":
                body = value.get("body")
                if not isinstance(body, str):
                    raise refused("/answer/body", "The text is missing.")
                checked(body, "/answer/body")
                await go_on(changes, case, _answer("instead", who, value))
            case _:
                await go_on(changes, case, _answer("answered", who, value))


def _answer(kind: QuestionKind | str, who: Decider, value: JsonObject) -> Answer:
    return Answer.model_validate({"kind": kind, "by": who.username, "value": value})
