"""A bot file as a model: one source for lint, the registry, the editor's schema and the client's
types."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from warren.contracts.base import JsonObject
from warren.contracts.names import BOT_NAME, CLASS_NAME, EXPIRES_AFTER, STEP_ID, USERNAME


class BotPart(BaseModel):
    """A part of a bot file: frozen, and every key it does not know is a lint error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Persona(BotPart):
    """Who the bot is for the people it talks with."""

    display_name: Annotated[str, Field(max_length=80)] | None = Field(
        default=None,
        description="The name that people see. Default: the bot's name.",
        examples=["Daisy"],
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
        default="",
        description="What an empty conversation shows first.",
        examples=["Hi! What went well today?"],
    )
    starters: tuple[Annotated[str, Field(max_length=200)], ...] = Field(
        default=(), description="Messages that start a chat by one click.", examples=[["Hello"]]
    )
    owner: Annotated[str, Field(max_length=80)] = Field(
        default="", description="Who looks after the bot.", examples=["family"]
    )


class RetryPolicy(BotPart):
    """How often a step is tried when a transient error stops it."""

    attempts: Annotated[int, Field(ge=1, le=10)] = Field(
        default=4, description="Tries in all, the first one included.", examples=[5]
    )


class Fallback(BotPart):
    """What is said in a failed step's place, so that the pipeline goes on."""

    fallback: Annotated[str, Field(min_length=1, max_length=4000)] = Field(
        description="Becomes draft.body when the step has failed for good; the rest runs.",
        examples=["I could not look that up just now. Ask me again later."],
    )


class StepSpec(BotPart):
    """One step of the pipeline: a class and its config."""

    id: Annotated[str, Field(pattern=STEP_ID)] | None = Field(
        default=None,
        description="Name of the step, unique in the file. Default: the class in lower case.",
        examples=["think"],
    )
    class_: Annotated[str, Field(pattern=CLASS_NAME)] = Field(
        alias="class",
        description="A built-in class, or one in bot_config/steps/.",
        examples=["Gpt"],
    )
    config: JsonObject = Field(
        default={},
        description="What the class is given as self.config.",
        examples=[{"model": "gpt-4"}],
    )
    timeout_seconds: Annotated[float, Field(gt=0, le=1200)] = Field(
        default=60, description="The step is stopped after this many seconds.", examples=[20]
    )
    retry: RetryPolicy = Field(
        default=RetryPolicy(), description="Tries on transient errors.", examples=[{"attempts": 5}]
    )
    on_error: Literal["dead_letter", "ask_human"] | Fallback = Field(
        default="dead_letter",
        description="When the step has failed for good. dead_letter: it is kept for an operator."
        " ask_human: a person is asked for what it should have written, and the rest runs."
        " fallback: a text of yours takes its place, and the rest runs.",
        examples=["ask_human", {"fallback": "I could not look that up just now."}],
    )


class BotTest(BotPart):
    """One case of the bot's own tests: given messages, mocked steps, an expected reply."""

    name: str = Field(description="What the case shows, in words.", examples=["greets back"])
    given: dict[str, Any] = Field(
        description="The payload that the first step is given: its messages at least.",
        examples=[{"messages": [{"user": "ana", "body": "hello"}]}],
    )
    mock: dict[str, Any] = Field(
        default={},
        description="By step id: what the step would have written. It is not run.",
        examples=[{"think": {"draft": {"body": "Hi Ana"}}}],
    )
    expect: dict[str, Any] = Field(
        description="What the bot must say or do.",
        examples=[{"reply": {"body": {"contains": "Ana"}}}],
    )
    fixes: str | None = Field(
        default=None,
        description="The group of dead letters that this case came from. A revision that passes"
        " the case marks the group as fixed. Or `ledger-` and the number of an entry of the"
        " ledger.",
        examples=["3f2a9c0d11aa"],
    )


class Shape(BotPart):
    """What every reply of the bot should look like."""

    contains: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = Field(
        default=(), description="Texts that each reply holds.", examples=[["Kind regards"]]
    )
    max_chars: Annotated[int, Field(ge=1, le=64_000)] | None = Field(
        default=None, description="The longest a reply should be.", examples=[600]
    )
    metadata: tuple[Annotated[str, Field(min_length=1, max_length=80)], ...] = Field(
        default=(), description="Keys that each reply's metadata has.", examples=[["mood"]]
    )


class Expectation(BotPart):
    """What is expected of the bot. The ledger compares it with what it does; nothing is stopped."""

    latency_seconds: Annotated[float, Field(gt=0, le=86_400)] | None = Field(
        default=None, description="Most answers should be there within it.", examples=[20]
    )
    unedited_share: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None,
        description="The share of its drafts that should be sent as they are.",
        examples=[0.8],
    )
    shape: Shape | None = Field(
        default=None, description="What each reply should look like.", examples=[{"max_chars": 600}]
    )


class BotFile(BotPart):
    """A bot: a persona and a pipeline of steps. `name`, `steps[].class`, `steps[].config`
    suffice."""

    name: Annotated[str, Field(pattern=BOT_NAME)] = Field(
        description="The handle people mention: small letters, digits, hyphens.",
        examples=["kids-diary-bot"],
    )
    persona: Persona = Field(
        default=Persona(),
        description="Who the bot is for people.",
        examples=[{"display_name": "Daisy", "avatar": "📔"}],
    )
    on: Literal["message", "dead_letter"] = Field(
        default="message",
        description="What starts a turn: a person's message, or a new group of dead letters (a bot"
        " that works on bots; its replies are always drafts for the operators).",
        examples=["dead_letter"],
    )
    reply: Literal["auto", "draft"] = Field(
        default="auto",
        description="auto: replies are posted at once. draft: a person approves each one first.",
        examples=["draft"],
    )
    approver: Annotated[str, Field(pattern=USERNAME)] | None = Field(
        default=None,
        description="Who approves drafts. Default: the operators.",
        examples=["ana"],
    )
    history: Annotated[int, Field(ge=1, le=200)] = Field(
        default=10,
        description="Messages of the conversation that the first step is given.",
        examples=[10],
    )
    listens: Literal["mentioned", "all"] = Field(
        default="mentioned",
        description="In groups: answer when mentioned, or hear everything.",
        examples=["all"],
    )
    timezone: str = Field(
        default="UTC",
        description="IANA name, for the times in prompts.",
        examples=["Australia/Melbourne"],
    )
    while_busy: Literal["merge", "queue"] = Field(
        default="merge",
        description="Messages that come while the bot works: one turn for all, or one each.",
        examples=["queue"],
    )
    concurrency: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=50,
        description="Turns of this bot that may run at once, over all conversations.",
        examples=[5],
    )
    expires_after: Annotated[str, Field(pattern=EXPIRES_AFTER)] = Field(
        default="7d",
        description="After this long a failed answer is no longer worth replaying.",
        examples=["12h"],
    )
    steps: Annotated[tuple[StepSpec, ...], Field(min_length=1, max_length=50)] = Field(
        description="The pipeline, in order.", examples=[[{"class": "Draft"}, {"class": "Reply"}]]
    )
    expect: Expectation | None = Field(
        default=None,
        description="What is expected of the bot; its page shows how far it is from it.",
        examples=[{"latency_seconds": 20, "unedited_share": 0.8}],
    )
    tests: tuple[BotTest, ...] = Field(
        default=(),
        description="Cases that `warren bots test` runs.",
        examples=[
            [
                {
                    "name": "greets back",
                    "given": {"messages": [{"user": "ana", "body": "hello"}]},
                    "mock": {"think": {"draft": {"body": "Hi Ana"}}},
                    "expect": {"reply": {"body": {"contains": "Ana"}}},
                }
            ]
        ],
    )
