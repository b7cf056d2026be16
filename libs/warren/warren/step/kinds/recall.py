"""Recall: what is known of the person who asks. See docs/how-to/steps/remember-recall.md."""

from pydantic import Field

from warren.contracts.base import JsonObject
from warren.contracts.memories import MAX_TEXT_CHARS, Remembered
from warren.step.errors import Permanent
from warren.step.kinds.asking_model import embed, embedding_model, model_hosts
from warren.step.kinds.strict import StrictConfig
from warren.step.memory import memory
from warren.step.places import INTO, put
from warren.step.step import Step
from warren.step.template import fill
from warren.step.wanted_text import filled, last_body


class Recall(Step):
    """Find what this bot remembers of the person that is nearest to a text, such as the message."""

    activity = "remembering"
    concurrency = 4  # as Gpt: the model's server is asked

    class Config(StrictConfig):
        query: str | None = Field(
            default=None,
            min_length=1,
            max_length=MAX_TEXT_CHARS,
            description="What is looked for. Tokens: {content}, the last message, and {draft}."
            " Default: the last message.",
            examples=["{content}"],
        )
        limit: int = Field(
            default=5, ge=1, le=50, description="How many are found at most.", examples=[5]
        )
        at_least: float = Field(
            default=0.3,
            ge=-1,
            le=1,
            description="How near they are at least: 1 is the same, 0 nothing in common.",
            examples=[0.3],
        )
        into: str = Field(
            default="recalled",
            pattern=INTO,
            description="Where in the payload the list goes: {text, likeness, at}, the best first.",
            examples=["recalled"],
        )
        guide: str | None = Field(
            default=None,
            min_length=1,
            max_length=4_000,
            description="A system message put before `chatml` when something was found. Token:"
            " {recalled}, the texts, a line each.",
            examples=["What you know of the person:\n{recalled}"],
        )
        model: str | None = Field(
            default=None,
            min_length=1,
            description="The embedding model's name, the same as Remember's. Default: the"
            " deployment's.",
            examples=["text-embedding-3-small"],
        )

    @property
    def hosts(self) -> tuple[str, ...]:  # type: ignore[override]  # a property is as good
        """The model server: while it does not answer, questions wait."""
        return model_hosts()

    async def process(self, payload: JsonObject) -> JsonObject:
        """Set what `into` names to what was found; the list is empty when nothing is near.

        Raises what the model raises, Permanent when chat-api refuses, PartAway while it does not
        answer.
        """
        found = await self._found(payload)
        told = [
            {"text": each.text, "likeness": round(each.likeness, 3), "at": each.at.isoformat()}
            for each in found
        ]
        put(payload, self.config.into, told)
        if found and self.config.guide:
            lines = "\n".join(f"- {' '.join(each.text.split())}" for each in found)
            content = fill(self.config.guide, {"recalled": lines})
            message = self._chatml_message("system", f"{self.bot_name}_supervisor", content)
            payload.setdefault("chatml", []).insert(0, message)
        return payload

    async def _found(self, payload: JsonObject) -> tuple[Remembered, ...]:
        wanted = self.config.query
        query = last_body(payload) if wanted is None else filled(wanted, payload)
        if not query.strip():
            return ()
        where = memory()
        if where is None:
            raise Permanent("there is no memory here: a bot-runner has one, and `warren bots run`")
        model = self.config.model or embedding_model()
        vector = await embed(model, query.strip())
        return await where.recall(model, vector, self.config.limit, self.config.at_least)


if __name__ == "__main__":
    Recall.main()
