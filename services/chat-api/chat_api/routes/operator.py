"""Who may work on dead letters: operators only."""

from typing import Annotated

from fastapi import Depends

from chat_api.person import Person
from chat_api.routes.asker import Asker
from warren.errors import Forbidden


async def operator(who: Asker) -> Person:
    """Return the operator who asks. Raises Unauthenticated, or Forbidden for anybody else."""
    if not who.operator:
        raise Forbidden(
            "Only operators see and repair what failed. Ask one of them; your message is kept safe."
        )
    return Person(who.id, who.username)


Operator = Annotated[Person, Depends(operator)]
