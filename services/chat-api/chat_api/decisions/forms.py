"""Whether an answer fits the form of its question. Pure. A form is a small JSON Schema."""

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError

from warren.contracts.base import JsonObject
from warren.contracts.problem import ProblemError
from warren.errors import Unprocessable

MAX_ANSWER_CHARS = 16_000


def must_fit(answer: JsonObject, form: JsonObject) -> None:
    """Raise Unprocessable, naming each field, unless the answer fits."""
    try:
        Draft202012Validator.check_schema(form)
        found = Draft202012Validator(form).iter_errors(answer)  # pyright: ignore[reportUnknownMemberType] # half typed
        faults: list[ValidationError] = sorted(found, key=_pointer)
    except SchemaError:  # a bot's own form that nobody can fill: any answer is taken
        return
    if faults:
        raise Unprocessable(
            "Nothing was saved. Correct what is named in errors and send it again.",
            errors=[
                ProblemError(pointer=f"/answer{_pointer(one)}", detail=one.message[:300])
                for one in faults[:20]
            ],
        )


def _pointer(fault: ValidationError) -> str:
    return "".join(f"/{part}" for part in fault.absolute_path)
