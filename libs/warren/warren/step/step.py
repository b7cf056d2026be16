"""Step: the base class of every step, built in or of your own. See docs/how-to/write-a-step.md.

from warren.step import Step

class Shout(Step):
    activity = "shouting"

    async def process(self, payload):
        payload["draft"]["body"] = payload["draft"]["body"].upper()
        return payload
"""

import inspect
import re
from collections.abc import Mapping
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from warren.contracts.base import JsonObject
from warren.contracts.slip import Answer
from warren.logging import get_logger
from warren.step.config import StepConfig
from warren.step.context import ANSWER, ATTEMPT, EMIT, Emit
from warren.step.errors import BrokenStep
from warren.step.script import run_script

DEFAULT_CONCURRENCY = 10  # messages of one kind that one runner works on at once
_NOT_IN_CHAT_NAME = re.compile(r"[^a-zA-Z0-9_-]")


class Step:
    """One step of a pipeline: payload in, payload out.

    An instance belongs to one step of one bot revision and works on many messages, several at a
    time: keep nothing of a message on `self`. Only what `process` returns goes on.
    """

    activity: str = (
        ""  # what the chat shows while it runs; default: the step's name; a property works too
    )
    hosts: tuple[str, ...] = ()  # the outside hosts it asks: while one is away, its steps wait
    concurrency: ClassVar[int] = DEFAULT_CONCURRENCY
    runs_in_thread: bool = False
    Config: ClassVar[type[BaseModel] | None] = (
        None  # an inner pydantic model: config checked, completed
    )

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.runs_in_thread = not inspect.iscoroutinefunction(cls.process)

    def __init__(
        self,
        config: Mapping[str, Any] | None = None,
        bot_name: str = "bot",
        step_name: str = "",
        *,
        timezone: str = "UTC",
    ) -> None:
        """Take the step's part of the bot file. Raises BrokenStep when config does not fit
        Config.
        """
        self.bot_name = bot_name
        self.step_name = step_name or type(self).__name__.lower()
        self.timezone = ZoneInfo(timezone)
        self.config = StepConfig(self._completed(config or {}))
        self.log = get_logger("warren.step").bind(bot=bot_name, step=self.step_name)
        if type(self).activity == "":
            self.activity = self.step_name

    def process(self, payload: JsonObject) -> Any:
        """Return the payload that the next step is given. `async def` or plain (then it has a
        thread).
        """
        raise NotImplementedError(f"{type(self).__name__} has no `process` method: write one")

    @property
    def emit(self) -> Emit | None:
        """Where to send pieces of an answer in the making (`await self.emit(text)`), or None: do
        not.
        """
        return EMIT.get()

    @property
    def attempt(self) -> int:
        """Which try of this step on this message it is, from 1. A replay begins at 1 again."""
        return ATTEMPT.get()

    @property
    def answer(self) -> Answer | None:
        """What this step waited for: None when it runs for the first time."""
        return ANSWER.get()

    def _chatml_message(self, role: str, name: str, content: str) -> dict[str, str]:
        """Return a chat message; characters that the chat API refuses in `name` become
        underscores.
        """
        return {"role": role, "name": chat_name(name), "content": content}

    @classmethod
    def main(cls) -> None:
        """Run this one step on a payload file: `python my_step.py --payload payload.json`."""
        run_script(lambda config, bot, step: cls(config, bot, step), cls.__name__)

    def _completed(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        if self.Config is None:
            return config
        try:
            return self.Config.model_validate(dict(config)).model_dump(exclude_none=True)
        except ValidationError as exc:
            fault = exc.errors(include_url=False)[0]
            where = ".".join(str(part) for part in ("config", *fault["loc"]))
            raise BrokenStep(
                f"step {self.step_name!r} of {self.bot_name}: {where}: {fault['msg']}"
            ) from exc


def chat_name(name: str) -> str:
    """Return name as the chat API takes it: ^[a-zA-Z0-9_-]{1,64}$."""
    return _NOT_IN_CHAT_NAME.sub("_", name)[:64] or "_"
