"""Gpt: ask a language model. Any server that speaks the OpenAI chat API will do, see
completion.py.
"""

from typing import Any

from pydantic import Field

from warren.contracts.base import JsonObject
from warren.step.errors import Permanent
from warren.step.kinds.asking_model import DEFAULT_MODEL, ask_model, model_hosts
from warren.step.kinds.strict import StrictConfig
from warren.step.step import Step


class Gpt(Step):
    """Ask a language model to go on with `chatml`; the answer goes into `draft.body`."""

    concurrency = 4  # answers take seconds: a few at a time per runner, the rest for its neighbours

    class Config(StrictConfig):
        model: str = Field(default=DEFAULT_MODEL, min_length=1, description="The model's name.")
        temperature: float | None = Field(default=None, ge=0, le=2, description="0: always alike.")
        max_tokens: int | None = Field(
            default=None, ge=1, description="The longest answer, in tokens."
        )
        top_p: float | None = Field(default=None, gt=0, le=1, description="Nucleus sampling.")
        stop: str | list[str] | None = Field(default=None, description="Texts that end the answer.")
        seed: int | None = Field(default=None, description="The same seed gives the same answer.")
        response_format: dict[str, Any] | None = Field(
            default=None,
            description="Make the model answer in JSON.",
            examples=[{"type": "json_object"}],
        )

    @property
    def hosts(self) -> tuple[str, ...]:  # type: ignore[override]  # a property is as good
        """The model server: while it does not answer, questions wait (see warren.step.hosts)."""
        return model_hosts()

    @property
    def activity(self) -> str:  # type: ignore[override]  # a property is as good as the attribute
        return f"thinking with {self.config.model or DEFAULT_MODEL}"

    async def process(self, payload: JsonObject) -> JsonObject:
        """Set draft.body to the answer and `openai` to the whole completion; pieces go to `emit`.

        Raises Retryable for what may pass (408, 425, 429, 5xx, timeouts, broken connections), with
        the server's Retry-After; BadAnswer for an answer that is empty or cannot be read;
        Permanent for everything else. An error is never an answer.
        """
        if not payload.get("chatml"):
            raise Permanent(
                "there is nothing to ask: `chatml` is missing or empty; put Format before Gpt"
            )
        options = {key: value for key, value in self.config.items() if key != "model"}
        completion = await ask_model(
            self.config.model or DEFAULT_MODEL, payload["chatml"], options, self.emit
        )
        payload["openai"] = completion
        payload.setdefault("draft", {})["body"] = completion["choices"][0]["message"]["content"]
        return payload


if __name__ == "__main__":
    Gpt.main()
