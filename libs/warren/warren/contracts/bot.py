"""A bot file as a model: one source for lint, the registry, the editor's schema and the client's
types."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from warren.contracts.base import JsonObject
from warren.contracts.names import BOT_NAME, CLASS_NAME, EXPIRES_AFTER, STEP_ID


class BotPart(BaseModel):
    """A part of a bot file: frozen, and every key it does not know is a lint error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Persona(BotPart):
    """Who the bot is for the people it talks with."""

    display_name: Annotated[str, Field(max_length=80, examples=["Daisy"])] | None = Field(
        default=None, description="The name that people see. Default: the bot's name."
    )
    avatar: Annotated[str, Field(max_length=16)] = Field(
        default="🤖", description="One emoji.", examples=["📔"]
    )
    purpose: Annotated[str, Field(max_length=400)] = Field(
        default="",
        description="One line: what the bot is for.",
        examples=["Five minutes a day for what went well."],
    )
    greeting: Annotated[str, Field(max_length=1000)] = Field(
        default="", description="What an empty conversation shows first."
    )
    starters: tuple[Annotated[str, Field(max_length=200)], ...] = Field(
        default=(), description="Messages that start a chat by one click.", examples=[["Hello"]]
    )
    owner: Annotated[str, Field(max_length=80)] = Field(
        default="", description="Who looks after the bot."
    )


class RetryPolicy(BotPart):
    """How often a step is tried when a transient error stops it."""

    attempts: Annotated[int, Field(ge=1, le=10)] = Field(
        default=4, description="Tries in all, the first one included."
    )


class StepSpec(BotPart):
    """One step of the pipeline: a class and its config."""

    id: Annotated[str, Field(pattern=STEP_ID)] | None = Field(
        default=None,
        description="Name of the step, unique in the file. Default: the class in lower case.",
    )
    class_: Annotated[str, Field(pattern=CLASS_NAME)] = Field(
        alias="class",
        description="A built-in class, or one in bot_config/steps/.",
        examples=["Gpt"],
    )
    config: JsonObject = Field(default={}, description="What the class is given as self.config.")
    timeout_seconds: Annotated[float, Field(gt=0, le=1200)] = Field(
        default=60, description="The step is stopped after this many seconds."
    )
    retry: RetryPolicy = Field(default=RetryPolicy(), description="Tries on transient errors.")
    on_error: Literal["dead_letter"] = Field(
        default="dead_letter", description="A failed step is kept as a dead letter for a person."
    )


class BotTest(BotPart):
    """One case of the bot's own tests: given messages, mocked steps, an expected reply."""

    name: str
    given: dict[str, Any]
    mock: dict[str, Any] = {}
    expect: dict[str, Any]


class BotFile(BotPart):
    """A bot: a persona and a pipeline of steps. `name`, `steps[].class`, `steps[].config`
    suffice."""

    name: Annotated[str, Field(pattern=BOT_NAME)] = Field(
        description="The handle people mention: small letters, digits, hyphens.",
        examples=["kids-diary-bot"],
    )
    persona: Persona = Field(default=Persona(), description="Who the bot is for people.")
    reply: Literal["auto"] = Field(default="auto", description="Replies are posted at once.")
    history: Annotated[int, Field(ge=1, le=200)] = Field(
        default=10, description="Messages of the conversation that the first step is given."
    )
    listens: Literal["mentioned", "all"] = Field(
        default="mentioned", description="In groups: answer when mentioned, or hear everything."
    )
    timezone: str = Field(
        default="UTC",
        description="IANA name, for the times in prompts.",
        examples=["Australia/Melbourne"],
    )
    while_busy: Literal["merge", "queue"] = Field(
        default="merge",
        description="Messages that come while the bot works: one turn for all, or one each.",
    )
    concurrency: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=50, description="Turns of this bot that may run at once, over all conversations."
    )
    expires_after: Annotated[str, Field(pattern=EXPIRES_AFTER)] = Field(
        default="7d", description="After this long a failed answer is no longer worth replaying."
    )
    steps: Annotated[tuple[StepSpec, ...], Field(min_length=1, max_length=50)] = Field(
        description="The pipeline, in order."
    )
    tests: tuple[BotTest, ...] = Field(
        default=(), description="Cases that `warren bots test` runs."
    )
