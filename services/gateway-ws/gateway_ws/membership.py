"""Make a socket listen to exactly the conversations that its user may see. Used by hello and
re-check."""

from collections.abc import Mapping
from uuid import UUID

from gateway_ws.client import Client
from gateway_ws.hub import Hub


def reconcile(hub: Hub, client: Client, heads: Mapping[UUID, int], asked_at: float) -> bool:
    """Apply an answer about membership; return whether the socket listens to a new conversation.

    asked_at is the loop's time before the question: a membership that was told since then
    is not
    yet in the answer and stays.
    """
    for conversation in list(client.listening - heads.keys()):
        if client.joined_at.get(conversation, 0.0) <= asked_at:
            hub.leave(client, conversation)
    news = [conversation for conversation in heads if conversation not in client.sent]
    for conversation in news:
        hub.join(client, conversation, heads[conversation])
    return bool(news)
