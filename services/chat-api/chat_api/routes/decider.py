"""Who decides drafts and questions: whoever is asked, and operators where nobody is named."""

from typing import Annotated

from fastapi import Depends

from chat_api.decisions.cases import Decider
from chat_api.routes.asker import Asker


async def decider(who: Asker) -> Decider:
    """Return the person who decides. Raises Unauthenticated."""
    return Decider(who.id, who.username, who.display_name, who.operator)


WithDecider = Annotated[Decider, Depends(decider)]
