"""AskHuman: a person fills in a small form. See docs/how-to/steps/ask-human.md."""

from typing import Annotated, Literal

from pydantic import Field

from warren.contracts.base import JsonObject
from warren.step.errors import Permanent, WaitForPerson
from warren.step.kinds.strict import StrictConfig
from warren.step.places import INTO, put
from warren.step.step import Step
from warren.step.wanted_text import filled

FieldName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,39}$")]


class FormField(StrictConfig):
    """One field of the form."""

    type: Literal["text", "number", "integer", "boolean", "choice"] = Field(
        default="text", description="What is filled in.", examples=["choice"]
    )
    label: str = Field(default="", max_length=120, description="What stands above it.")
    choices: list[Annotated[str, Field(min_length=1, max_length=120)]] = Field(
        default=[], max_length=30, description="For `choice`: what can be chosen."
    )
    required: bool = Field(default=True, description="Whether it must be filled in.")


class AskHuman(Step):
    """Ask a person, with a form; what they fill in goes into the payload."""

    activity = "waiting for a person"

    class Config(StrictConfig):
        question: str = Field(
            min_length=1,
            max_length=4_000,
            description="What is asked. Tokens: {content}, the last message, and {draft}.",
            examples=["How many days off does {content} ask for?"],
        )
        to: str | None = Field(
            default=None,
            pattern=r"^[a-z][a-z0-9_.-]{1,62}$",
            description="A username, `asker` or `operators`. Default: the bot's approver, else the"
            " operators.",
            examples=["asker"],
        )
        form: dict[FieldName, FormField] = Field(
            default={"answer": FormField()},
            min_length=1,
            max_length=20,
            description="The fields, by name. Default: one text, `answer`.",
            examples=[{"days": {"type": "integer", "label": "Days"}}],
        )
        into: str = Field(
            default="answer",
            pattern=INTO,
            description="Where in the payload the filled form goes.",
            examples=["answer"],
        )

    async def process(self, payload: JsonObject) -> JsonObject:
        """Ask; with the answer put the filled form where `into` says. Raises WaitForPerson."""
        if self.answer is None:
            question = filled(self.config.question, payload)
            raise WaitForPerson(question, to=self.config.to, form=schema_of(self.config.form))
        if self.answer.kind != "answered":
            raise Permanent(f"the answer is none to a question, but {self.answer.kind}")
        put(payload, self.config.into, self.answer.value)
        return payload


def schema_of(form: dict[str, JsonObject]) -> JsonObject:
    """Return the JSON Schema of a form: an object of its fields. form is as the config holds it."""
    return {
        "type": "object",
        "properties": {name: _field(name, field) for name, field in form.items()},
        "required": [name for name, field in form.items() if field.get("required", True)],
        "additionalProperties": False,
    }


def _field(name: str, field: JsonObject) -> JsonObject:
    kinds = {"text": "string", "choice": "string"}
    shown: JsonObject = {
        "title": field.get("label") or name,
        "type": kinds.get(field.get("type", "text"), field.get("type", "text")),
    }
    if field.get("type") == "choice":
        shown["enum"] = list(field.get("choices", []))
    if field.get("type", "text") == "text" and field.get("required", True):
        shown["minLength"] = 1
    return shown


if __name__ == "__main__":
    AskHuman.main()
