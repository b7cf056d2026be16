"""Format: turn the conversation into chat messages for a language model."""

from datetime import datetime
from typing import Any

from pydantic import Field

from warren.contracts.base import JsonObject, as_utc
from warren.step.kinds.strict import StrictConfig
from warren.step.step import Step
from warren.step.template import fill, local_time


class Format(Step):
    """Turn `messages` into `chatml`: people's messages as user, the bot's own as assistant."""

    class Config(StrictConfig):
        each_user_message: str = Field(
            default="{content}",
            description="A person's message as the model sees it. Tokens: {content}, {timestamp}.",
            examples=["{content}\n\nreceived: {timestamp}"],
        )

    async def process(self, payload: JsonObject) -> JsonObject:
        """Set chatml [{role, name, content}]. Times are in the bot's timezone."""
        payload["chatml"] = [self._chat_message(message) for message in payload["messages"]]
        return payload

    def _chat_message(self, message: dict[str, Any]) -> dict[str, str]:
        if message["user"] == self.bot_name:
            return self._chatml_message("assistant", message["user"], message["body"])
        content = fill(
            self.config.each_user_message,
            {"content": message["body"], "timestamp": self._local(message.get("timestamp", ""))},
        )
        return self._chatml_message("user", message["user"], content)

    def _local(self, timestamp: str) -> str:
        """Return the time in the bot's zone; a time that cannot be read stays as it is."""
        try:
            return local_time(as_utc(datetime.fromisoformat(timestamp)), self.timezone)
        except ValueError:
            return timestamp


if __name__ == "__main__":
    Format.main()
