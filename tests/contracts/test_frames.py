"""Frames of `/ws`: every type goes to bytes and back, unknown fields stay, the table is true."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args
from uuid import uuid4

import pytest
from pydantic import BaseModel, TypeAdapter

from warren.contracts import accounts, chat, frames, takeover
from warren.contracts.frames import CloseCode, LoggedEvent, ServerFrame

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
HERE, TURN, WHO = uuid4(), uuid4(), uuid4()

MESSAGE = chat.MessageView(
    id=uuid4(),
    conversation_id=HERE,
    seq=3,
    author="ana",
    author_kind="person",
    body="héllo \u2028 🙂",
    created_at=NOW,
    metadata={"a": [1, 2.5, None]},
)
PLACE: dict[str, Any] = {"conversation": HERE, "seq": 3}
RUN: dict[str, Any] = {"turn_id": TURN, "run": 1, "bot": "echo", "at": NOW}
STEP = chat.StepName(id="think", kind="gpt")
VIEW = chat.ConversationView(
    id=HERE,
    kind="direct",
    title=None,
    members=(accounts.UserView(id=WHO, username="ana", display_name="Ana", kind="person"),),
    last_seq=0,
    read_seq=0,
    unread=0,
    created_at=NOW,
)

EXAMPLES: tuple[BaseModel, ...] = (
    frames.MessageCreated(**PLACE, message=MESSAGE),
    frames.MessageUpdated(**PLACE, message=MESSAGE),
    frames.TurnStarted(**PLACE, **RUN, stream=True, answers=(WHO,), steps=(STEP,)),
    frames.TurnFailed(
        **PLACE, **RUN, step="think", reason="timeout", text="It took too long.", reference="K7"
    ),
    frames.TurnEnded(**PLACE, **RUN, end="done"),
    frames.DraftCreated(**PLACE, **RUN, draft=WHO, kind="reply", asked="Ana"),
    frames.DraftDecided(
        **PLACE,
        draft=WHO,
        kind="reply",
        turn_id=TURN,
        status="approved",
        asked="Ana",
        by="Ana",
        at=NOW,
    ),
    frames.TakeoverChanged(
        **PLACE,
        by="Ana",
        at=NOW,
        takeover=takeover.TakeoverView(
            by="ana", by_name="Ana", since=NOW, until=NOW, then="release"
        ),
    ),
    frames.DecisionWanted(decision=WHO, at=NOW),
    frames.ConversationCreated(user=WHO, conversation=HERE, view=VIEW),
    frames.DeadLetterOpened(letter=WHO, fingerprint="f1", bot="daisy", reference="W-1", at=NOW),
    frames.TurnProgress(
        conversation=HERE,
        **RUN,
        step="think",
        position=1,
        total=2,
        attempt=1,
        activity="thinking",
        lease_seconds=30,
    ),
    frames.TurnDelta(
        conversation=HERE, turn_id=TURN, run=1, step="think", attempt=1, index=0, text="Hi"
    ),
    frames.Welcome(user="ana", heads={HERE: 3}),
    frames.Reset(conversation=HERE, head=3),
    frames.Ping(heads={HERE: 3}),
    frames.Presence(user="ana", online=True),
)


def union(of: Any) -> tuple[type[BaseModel], ...]:
    return get_args(get_args(of)[0])


def test_there_is_an_example_of_every_frame():
    assert {type(one) for one in EXAMPLES} == set(union(ServerFrame))


@pytest.mark.parametrize("frame", EXAMPLES, ids=lambda one: one.type)
def test_a_frame_goes_to_bytes_and_back(frame: BaseModel):
    back = TypeAdapter[Any](ServerFrame).validate_json(frame.model_dump_json())

    assert back == frame
    assert type(back) is type(frame)


@pytest.mark.parametrize("frame", EXAMPLES, ids=lambda one: one.type)
def test_a_frame_keeps_fields_that_a_later_version_added(frame: BaseModel):
    later = json.loads(frame.model_dump_json()) | {"added_later": {"x": 1}}

    back = TypeAdapter[Any](ServerFrame).validate_python(later)

    assert json.loads(back.model_dump_json())["added_later"] == {"x": 1}


def test_every_logged_event_has_a_conversation_and_a_seq():
    assert all({"conversation", "seq"} <= model.model_fields.keys() for model in union(LoggedEvent))
    assert set(union(LoggedEvent)) < set(union(ServerFrame))


def test_activity_is_at_most_80_characters():
    progress = next(one for one in EXAMPLES if isinstance(one, frames.TurnProgress))
    values = progress.model_dump() | {"activity": "x" * 81}

    with pytest.raises(ValueError, match="80"):
        frames.TurnProgress.model_validate(values)


def test_the_table_of_close_codes_is_the_code():
    readme = (ROOT / "services/gateway-ws/README.md").read_text()
    rows = re.findall(r"^\| (\d{4}) \| `([A-Z_]+)` \|", readme, re.MULTILINE)

    told = {name: int(code) for code, name in rows}

    assert told == {name: code for name, code in vars(CloseCode).items() if name.isupper()}
