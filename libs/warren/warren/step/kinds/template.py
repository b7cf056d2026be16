"""Template: a text out of the payload, by Jinja. See docs/how-to/steps/template.md."""

from datetime import UTC, datetime

from pydantic import Field

from warren.contracts.base import JsonObject
from warren.step.errors import Permanent
from warren.step.kinds.strict import StrictConfig
from warren.step.places import INTO, put
from warren.step.step import Step
from warren.step.template import local_time

MAX_TEMPLATE_CHARS = 20_000


class Template(Step):
    """Write a text from the payload with a Jinja template; it goes into `draft.body`."""

    class Config(StrictConfig):
        template: str = Field(
            max_length=MAX_TEMPLATE_CHARS,
            description="The text, with Jinja's {{ values }} and {% tags %} over the payload's keys"
            " and `user`, `bot`, `now`.",
            examples=["Hello {{ user }}, you said: {{ messages[-1].body }}"],
        )
        into: str = Field(
            default="draft.body",
            pattern=INTO,
            description="Where in the payload the text goes.",
            examples=["draft.body", "metadata.summary"],
        )
        strict: bool = Field(
            default=True,
            description="A value that is not there is an error. false: it is shown as nothing.",
            examples=[True],
        )

    def process(self, payload: JsonObject) -> JsonObject:
        """Set what `into` names to the text. A plain function: it runs in a thread of its own.

        Raises Permanent with the template's line when it cannot be read, asks for what is not
        there, or asks for too much. What people wrote is a value, never a template.
        """
        # jinja2 is imported by the first Template that runs, in its thread
        from warren.step.kinds.sandbox import TemplateFault, compile_template, render

        try:
            template = compile_template(self.config.template, self.config.strict)
            text = render(template, {**self._own(payload), **payload})
        except TemplateFault as exc:
            raise Permanent(f"the template, line {exc.line}: {exc}") from exc
        put(payload, self.config.into, text)
        return payload

    def _own(self, payload: JsonObject) -> JsonObject:
        """Return what a template has beside the payload; keys of the payload win."""
        messages = payload.get("messages")
        return {
            "user": messages[-1].get("user", "") if messages else "",
            "bot": self.bot_name,
            "now": local_time(datetime.now(UTC), self.timezone),
        }


if __name__ == "__main__":
    Template.main()
