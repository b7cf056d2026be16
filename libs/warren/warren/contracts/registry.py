"""What the registry tells: publications of bots, revisions for runners, kinds, heartbeats."""

from hashlib import sha256
from typing import Annotated, Literal

from pydantic import Field, model_validator

from warren.contracts.base import JsonObject, Message, Request, UtcTime, View
from warren.contracts.bot import Expectation, Persona

BOT_PUBLISHED = "warren.bot.published.v1"
BOT_TESTED = "warren.bot.tested.v1"
KIND_CHANGED = "warren.kind.changed.v1"


class StepCard(Message):
    """One step of a revision, as the door and the client need it. `class_name` as in the file.

    delegates is the bot (or the persona's name) that a Delegate step asks.
    """

    id: str
    class_name: str
    kind: str
    timeout_seconds: float
    attempts: int
    on_error: Literal["dead_letter", "ask_human", "fallback"] = "dead_letter"
    delegates: str | None = None


class BotCard(Message):
    """A bot as the registry publishes it: key `bot.published.<name>` on `warren.events`.

    number counts the publications of this bot from 1; a receiver applies only higher ones.
    `removed` is true when the file is gone: the bot starts no more turns.
    """

    type: Literal["bot.published"] = "bot.published"
    name: str
    number: int
    revision: str
    persona: Persona
    history: int
    listens: Literal["mentioned", "all"]
    timezone: str
    while_busy: Literal["merge", "queue"]
    concurrency: int
    expires_after: str
    on: Literal["message", "dead_letter"] = "message"
    reply: Literal["auto", "draft"] = "auto"
    approver: str | None = None
    expect: Expectation | None = None
    steps: tuple[StepCard, ...]
    removed: bool = False
    published_at: UtcTime


class BotTested(Message):
    """The cases of a revision were run: key `bot.tested.<name>` on `warren.events`.

    passed and failed hold what those cases say in `fixes`: groups of dead letters, and entries of
    the ledger as `ledger-<id>`. A group stands in one of them; where one of its cases fails, that
    is failed. at is when the run ended: a receiver applies only later ones.
    """

    type: Literal["bot.tested"] = "bot.tested"
    name: str
    revision: str
    passed: tuple[str, ...]
    failed: tuple[str, ...]
    at: UtcTime


class StepSource(Message):
    """A custom step file that a revision uses: its text, by hash, so that runners need no shared
    folder."""

    class_name: str
    sha256: str
    source: str


class Revision(Message):
    """Everything that a runner needs of one revision. `bot` is the canonical YAML as data;
    immutable."""

    digest: str
    name: str
    yaml: str
    bot: JsonObject
    sources: tuple[StepSource, ...] = ()
    created_at: UtcTime


class Heartbeat(Message):
    """A runner says every 2 s: I live, I serve these kinds. An unknown runner is taken up."""

    runner: str
    kinds: tuple[str, ...]
    serves_all: bool
    busy: int
    ready: bool
    host: str
    started_at: UtcTime


class HeartbeatAnswer(Message):
    """What the registry answers: every kind that some revision uses now."""

    kinds: tuple[str, ...]


class RunnerView(View):
    """A live runner, as `GET runners` shows it."""

    runner: str
    host: str
    kinds: tuple[str, ...]
    busy: int
    ready: bool
    started_at: UtcTime
    seen_at: UtcTime


class LintError(View):
    """One fault in a bot file: where, what, and what to type instead."""

    file: str
    line: int
    column: int
    message: str
    hint: str = ""
    source_line: str = ""


class LintReport(View):
    """The answer of `POST bots/lint`: ok is true when errors is empty."""

    ok: bool
    errors: tuple[LintError, ...]


class Reaches(View):
    """What the serving revision may reach, told from its steps.

    hosts: what its Http steps ask. model: whether it asks a language model. bots: whom it delegates
    to, by name or persona. asks_approval: whether a person approves what it says or sends.
    custom_code: its step classes that are not built in.
    """

    hosts: tuple[str, ...] = ()
    model: bool = False
    bots: tuple[str, ...] = ()
    asks_approval: bool = False
    custom_code: tuple[str, ...] = ()


class LastChange(View):
    """When a bot's serving revision was published and who saved it; by is null when the file itself
    was edited."""

    at: UtcTime
    by: str | None = None


class BotView(View):
    """A bot for people: its card, its state and, when its newest file is broken, why.

    reaches, remembers and last_change tell of the revision that serves. remembers: whether it keeps
    something of the people who write to it (Remember, Recall).
    """

    name: str
    status: Literal["serving", "broken", "removed"]
    revision: str | None
    number: int
    persona: Persona
    steps: tuple[StepCard, ...]
    file: str
    errors: tuple[LintError, ...] = ()
    yaml: str | None = None
    published_at: UtcTime | None = None
    reaches: Reaches = Reaches()
    remembers: bool = False
    last_change: LastChange | None = None


class Publication(View):
    """One publication of a bot: `GET bots/{name}/revisions` lists them, newest first.

    digest is null where the bot was removed. by is who saved or rolled back through the API; null
    when the file itself was edited. current: this one serves now.
    """

    number: int
    digest: str | None
    published_at: UtcTime
    by: str | None = None
    note: str = ""
    current: bool = False


class StepFileChange(View):
    """A custom step file that is not the same in two revisions, by the class that it holds."""

    class_name: str
    change: Literal["added", "removed", "changed"]


class RevisionDiff(View):
    """What differs from one revision to another: a unified diff of the canonical YAML, and step
    files. diff is empty when the YAML is the same."""

    name: str
    digest: str
    to: str
    diff: str
    step_files: tuple[StepFileChange, ...] = ()


class Rollback(Request):
    """Which revision a bot's file shall be again: a publication's number, or a digest."""

    number: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "Rollback":
        if (self.number is None) == (self.digest is None):
            raise ValueError("give one of number and digest")
        return self


class NewCase(Request):
    """A case for a bot's `tests:`, as `GET dead-letters/{id}/case` gives it."""

    case: JsonObject


def etag_of(text: str) -> str:
    """Return the ETag, without quotes, of a bot file's text as `GET bots/{name}` shows it."""
    return sha256(text.encode()).hexdigest()


class StepKindView(View):
    """A kind of step: built in or custom, and how many live runners serve it. waiting is how many
    commands stand in its queue now; null while nobody knows."""

    kind: str
    class_name: str
    builtin: bool
    doc: str
    config_schema: JsonObject
    runners: int
    used_by: tuple[str, ...]
    waiting: int | None = None


class KindServed(Message):
    """A kind has a live runner again. Key `kind.served.<kind>` on `warren.events`."""

    type: Literal["kind.served"] = "kind.served"
    kind: str
    at: UtcTime


class KindUnserved(Message):
    """A kind has no live runner: its commands wait. Key `kind.unserved.<kind>`."""

    type: Literal["kind.unserved"] = "kind.unserved"
    kind: str
    at: UtcTime
