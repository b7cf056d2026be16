"""Delegate: let another bot do it, go on with what it said. See docs/how-to/steps/delegate.md."""

from pydantic import Field, model_validator

from warren.contracts.base import JsonObject
from warren.contracts.names import BOT_NAME
from warren.step.errors import AskBot, Permanent
from warren.step.kinds.strict import StrictConfig
from warren.step.places import INTO, put
from warren.step.step import Step
from warren.step.wanted_text import filled


class Delegate(Step):
    """Ask another bot; its replies go into the payload, and nobody else sees them."""

    activity = "asking another bot"

    class Config(StrictConfig):
        bot: str | None = Field(
            default=None, pattern=BOT_NAME, description="The bot's handle.", examples=["in-short"]
        )
        persona: str | None = Field(
            default=None,
            min_length=1,
            max_length=80,
            description="Or the name of its persona.",
            examples=["In short"],
        )
        ask: str | None = Field(
            default=None,
            min_length=1,
            max_length=4_000,
            description="What it is asked. Tokens: {content}, {draft}. Default: the last message.",
            examples=["{draft}"],
        )
        into: str = Field(
            default="delegated",
            pattern=INTO,
            description="Where in the payload {bot, replies} goes.",
            examples=["delegated"],
        )

        @model_validator(mode="after")
        def _one_of_them(self) -> "Delegate.Config":
            if (self.bot is None) == (self.persona is None):
                raise ValueError("give one of bot and persona")
            return self

    async def process(self, payload: JsonObject) -> JsonObject:
        """Ask; with the answer put {bot, replies} where `into` says. Raises AskBot."""
        if self.answer is None:
            raise AskBot(self._question(payload), bot=self.config.bot, persona=self.config.persona)
        if self.answer.kind != "delegated":
            raise Permanent(f"the answer is no bot's, but {self.answer.kind}")
        put(payload, self.config.into, self.answer.value)
        return payload

    def _question(self, payload: JsonObject) -> JsonObject:
        """Return the other bot's first payload: the conversation, the last message being the
        question."""
        *before, last = payload["messages"]
        if self.config.ask is not None:
            last = {**last, "body": filled(self.config.ask, payload)}
        return {"messages": [*before, last]}


if __name__ == "__main__":
    Delegate.main()
