"""Writes `frontend/src/contracts.gen.ts` from the contract models. See
docs/decisions/0002-frozen-contracts.md.

Called by `python -m warren.generate.typescript` and by `make contracts`. The models become one
OpenAPI 3.1 document (frames are plain components), which `openapi-typescript` from
frontend/node_modules turns into types. Same models, same text: a stale file fails the tests.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema
from pydantic_core import core_schema

from warren.contracts import (
    accounts,
    bulk,
    chat,
    decisions,
    frames,
    ledger,
    letters,
    memories,
    problem,
    registry,
    takeover,
    trying,
)

TARGET = Path("frontend/src/contracts.gen.ts")
GENERATOR = Path("frontend/node_modules/openapi-typescript/bin/cli.js")
GENERATOR_SECONDS = 60  # a run takes about one second

REQUESTS: tuple[type[BaseModel], ...] = (
    accounts.Signup,
    accounts.Login,
    chat.NewConversation,
    chat.NewMessage,
    chat.ReadUpTo,
    letters.LetterFilter,
    letters.Replay,
    letters.Finish,
    letters.Dismiss,
    bulk.NewReplay,
    letters.GroupNote,
    letters.Payload,
    registry.Rollback,
    registry.NewCase,
    trying.TryOut,
    decisions.Approve,
    decisions.Reject,
    decisions.HandOver,
    decisions.AnswerQuestion,
    takeover.TakeOver,
    ledger.Feedback,
    ledger.Correction,
    frames.Hello,
)
ANSWERS: tuple[type[BaseModel], ...] = (
    accounts.Me,
    accounts.UserView,
    chat.ConversationView,
    chat.MessageView,
    chat.TraceView,
    chat.TurnView,
    chat.Page[accounts.UserView],
    chat.Page[chat.ConversationView],
    chat.Page[chat.MessageView],
    chat.Page[letters.LetterRow],
    chat.Page[letters.LetterGroup],
    chat.Page[letters.AuditRow],
    chat.Page[bulk.ReplayJob],
    chat.Page[registry.BotView],
    chat.Page[registry.Publication],
    chat.Page[decisions.DraftView],
    chat.Page[decisions.QuestionView],
    chat.Page[memories.MemoryView],
    chat.Page[ledger.LedgerEntry],
    chat.Page[ledger.Thumb],
    chat.Page[ledger.LedgerRow],
    decisions.DraftView,
    decisions.QuestionView,
    takeover.TakeoverView,
    ledger.CaseView,
    letters.LetterView,
    bulk.ReplayJob,
    bulk.ReplayPlan,
    problem.Problem,
    registry.BotView,
    registry.LintReport,
    registry.Revision,
    registry.RevisionDiff,
    registry.RunnerView,
    registry.StepKindView,
    trying.TryResult,
)
UNIONS: dict[str, Any] = {"LoggedEvent": frames.LoggedEvent, "ServerFrame": frames.ServerFrame}
HEADER = (
    "// Written by `python -m warren.generate.typescript` from warren.contracts. Do not edit.\n"
)


class AnswerSchema(GenerateJsonSchema):
    """Answers and frames carry every field, so a field with a default is there for its reader."""

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,
        total: bool,
    ) -> bool:
        """Return true for all that is sent, and the model's own rule for what is taken."""
        return self.mode == "serialization" or super().field_is_required(field, total)


def document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of every contract that the client uses."""
    schemas: dict[str, Any] = {}
    _, requests = models_json_schema(_with_mode(REQUESTS, "validation"), ref_template=_REF)
    _, answers = models_json_schema(
        _with_mode(ANSWERS, "serialization"), ref_template=_REF, schema_generator=AnswerSchema
    )
    schemas |= requests.get("$defs", {}) | answers.get("$defs", {})
    for name, union in UNIONS.items():
        schema = TypeAdapter[Any](union).json_schema(
            mode="serialization", ref_template=_REF, schema_generator=AnswerSchema
        )
        schemas |= schema.pop("$defs", {})
        schemas[name] = schema
    return {
        "openapi": "3.1.0",
        "info": {"title": "Warren", "version": "1"},
        "paths": {},
        "components": {"schemas": {name: _plain(schemas[name]) for name in sorted(schemas)}},
    }


def constants() -> str:
    """Return the numbers and words that both sides must agree on, as TypeScript constants."""
    codes = {name: code for name, code in vars(frames.CloseCode).items() if name.isupper()}
    lines = [f"  {name}: {code}," for name, code in codes.items()]
    return "\n".join(
        [
            f"export const SUBPROTOCOL = {json.dumps(frames.SUBPROTOCOL)};",
            f"export const MAX_BODY_CHARS = {chat.MAX_BODY_CHARS};",
            "export const CLOSE_CODE = {",
            *lines,
            "} as const;",
            "",
        ]
    )


def render(root: Path) -> str:
    """Return the text of contracts.gen.ts. root is the repository.

    Raises CalledProcessError when the generator fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "contracts.json"), Path(folder, "contracts.ts")
        source.write_text(json.dumps(document(), indent=2), encoding="utf-8")
        subprocess.run(
            [
                "node",
                str(root / GENERATOR),
                str(source),
                "--output",
                str(target),
                "--root-types",
                "--root-types-no-schema-prefix",
            ],
            check=True,
            capture_output=True,
            timeout=GENERATOR_SECONDS,
            cwd=folder,
        )
        return HEADER + target.read_text(encoding="utf-8") + constants()


def write(root: Path) -> Path:
    """Write contracts.gen.ts under root and return its path. A second call changes nothing."""
    target = root / TARGET
    target.write_text(render(root), encoding="utf-8")
    return target


_REF = "#/components/schemas/{model}"
_DROPPED = ("title", "default", "examples")  # they change no type and make the file long


def _with_mode(
    models: tuple[type[BaseModel], ...], mode: JsonSchemaMode
) -> list[tuple[type[BaseModel], JsonSchemaMode]]:
    return [(model, mode) for model in models]


def _plain(schema: Any, *, names: bool = False) -> Any:
    """Drop what makes types worse: titles, defaults, and `extra` keys beside known ones.

    names is true where the keys are field names and not keywords of JSON Schema.
    """
    if isinstance(schema, list):
        return [_plain(part) for part in schema]  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(schema, dict):
        return schema
    plain: dict[str, Any] = {}
    known: dict[str, Any] = schema  # pyright: ignore[reportUnknownVariableType]
    for key, value in known.items():
        if names:
            plain[key] = _plain(value)
        elif key == "description":
            plain[key] = " ".join(str(value).split())  # however a docstring is wrapped
        elif key not in _DROPPED and not (key == "additionalProperties" and "properties" in known):
            plain[key] = _plain(value, names=key == "properties")
    return plain


if __name__ == "__main__":
    sys.stdout.write(f"wrote {write(Path(__file__).resolve().parents[4])}\n")
