"""Remember: keep a text of the person who asks. See docs/how-to/steps/remember-recall.md."""

from pydantic import Field

from warren.contracts.base import JsonObject
from warren.contracts.memories import MAX_TEXT_CHARS
from warren.step.errors import Permanent
from warren.step.kinds.asking_model import embed, embedding_model, model_hosts
from warren.step.kinds.strict import StrictConfig
from warren.step.memory import memory
from warren.step.step import Step
from warren.step.wanted_text import filled, last_body


class Remember(Step):
    """Keep a text, such as what the person wrote, for Recall in later conversations."""

    activity = "remembering"
    concurrency = 4  # as Gpt: the model's server is asked

    class Config(StrictConfig):
        text: str | None = Field(
            default=None,
            min_length=1,
            max_length=MAX_TEXT_CHARS,
            description="What is kept. Tokens: {content}, the last message, and {draft}. Default:"
            " the last message.",
            examples=["{draft}"],
        )
        model: str | None = Field(
            default=None,
            min_length=1,
            description="The embedding model's name. Default: the deployment's.",
            examples=["text-embedding-3-small"],
        )

    @property
    def hosts(self) -> tuple[str, ...]:  # type: ignore[override]  # a property is as good
        """The model server: while it does not answer, what is to be kept waits."""
        return model_hosts()

    async def process(self, payload: JsonObject) -> JsonObject:
        """Keep the text and leave it in `remembered`. A blank text is not kept.

        The same step of the same turn keeps one text, however often it runs. Raises what the model
        raises, Permanent when chat-api refuses, PartAway while it does not answer.
        """
        text = last_body(payload) if self.config.text is None else filled(self.config.text, payload)
        text = text.strip()[:MAX_TEXT_CHARS]
        if not text:
            return payload
        where = memory()
        if where is None:
            raise Permanent("there is no memory here: a bot-runner has one, and `warren bots run`")
        model = self.config.model or embedding_model()
        await where.remember(self.step_name, text, model, await embed(model, text))
        payload["remembered"] = text
        return payload


if __name__ == "__main__":
    Remember.main()
