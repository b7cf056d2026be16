"""SendAs: a message in the name of the person who asks. See docs/how-to/steps/send-as.md."""

from typing import Annotated

from pydantic import Field

from warren.contracts.base import JsonObject
from warren.contracts.chat import MAX_BODY_CHARS
from warren.step.errors import Permanent
from warren.step.kinds.strict import StrictConfig
from warren.step.step import Step
from warren.step.wanted_text import draft_body, filled

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]{1,62}$")]


class SendAs(Step):
    """Propose a message on behalf of the asker: it is sent only when they approve it."""

    class Config(StrictConfig):
        to: Name | Annotated[list[Name], Field(min_length=1, max_length=20)] = Field(
            description="Whom it is for, by username: one, or the members of a group.",
            examples=["ben", ["ben", "carla"]],
        )
        text: str | None = Field(
            default=None,
            min_length=1,
            max_length=4_000,
            description="The message. Tokens: {content}, {draft}. Default: the draft's text.",
            examples=["{draft}"],
        )

    async def process(self, payload: JsonObject) -> JsonObject:
        """Set send_as {to, body}: the gate makes a draft of it for the asker alone."""
        body = (
            draft_body(payload) if self.config.text is None else filled(self.config.text, payload)
        )
        if not body.strip():
            raise Permanent("there is nothing to send: the text is empty")
        if len(body) > MAX_BODY_CHARS:
            raise Permanent(f"the text has {len(body)} characters; {MAX_BODY_CHARS} can be sent")
        to = self.config.to
        payload["send_as"] = {"to": [to] if isinstance(to, str) else list(to), "body": body}
        return payload


if __name__ == "__main__":
    SendAs.main()
