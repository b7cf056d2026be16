"""Guide: tell the model how to answer, before and after the conversation."""

from datetime import UTC, datetime

from pydantic import Field

from warren.contracts.base import JsonObject
from warren.step.kinds.strict import StrictConfig
from warren.step.step import Step
from warren.step.template import fill, local_time


class Guide(Step):
    """Put system messages before and after `chatml`: how the model is to answer."""

    class Config(StrictConfig):
        before: str | None = Field(
            default=None,
            description="A system message before the conversation. Token: {current_time}.",
        )
        after: str | None = Field(
            default=None,
            description="A system message after the conversation. Token: {current_time}.",
        )

    async def process(self, payload: JsonObject) -> JsonObject:
        """Add the messages to chatml, which is made when absent. {current_time} is in the bot's
        timezone.
        """
        now = local_time(datetime.now(UTC), self.timezone)
        chatml = payload.setdefault("chatml", [])
        name = f"{self.bot_name}_supervisor"
        if self.config.before:
            content = fill(self.config.before, {"current_time": now})
            chatml.insert(0, self._chatml_message("system", name, content))
        if self.config.after:
            content = fill(self.config.after, {"current_time": now})
            chatml.append(self._chatml_message("system", name, content))
        return payload


if __name__ == "__main__":
    Guide.main()
