"""Texts of a bot file with what the turn is about put in: `{content}`, `{draft}`. Pure."""

from warren.contracts.base import JsonObject
from warren.step.shape import is_array, is_object
from warren.step.template import fill


def filled(text: str, payload: JsonObject) -> str:
    """Return text with {content}, the last message, and {draft}, the draft so far."""
    return fill(text, {"content": last_body(payload), "draft": draft_body(payload)})


def last_body(payload: JsonObject) -> str:
    """Return what the person wrote; empty when there is no message."""
    messages = payload.get("messages")
    last = messages[-1] if is_array(messages) and messages else None
    return str(last.get("body", "")) if is_object(last) else ""


def draft_body(payload: JsonObject) -> str:
    """Return the draft's text; empty when there is none."""
    draft = payload.get("draft")
    return str(draft.get("body") or "") if is_object(draft) else ""


def with_draft(payload: JsonObject, bot: str, body: str) -> JsonObject:
    """Return the payload with this text as its draft; a draft is begun when there is none."""
    messages = payload.get("messages")
    asker = messages[-1].get("user", "") if is_array(messages) and messages else ""
    begun: JsonObject = {"user": bot, "recipient": asker, "metadata": {}}
    draft = payload.get("draft")
    return {**payload, "draft": {**(draft if is_object(draft) else begun), "body": body}}
