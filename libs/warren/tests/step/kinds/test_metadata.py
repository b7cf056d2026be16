import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warren.step.kinds.metadata import Metadata, cut
from warren.step.run_step import run_step


@pytest.mark.parametrize(
    ("body", "rest", "section"),
    [
        ('Hi!\n\n# metadata\n{"a": 1}', "Hi!", {"a": 1}),
        ('Hi!\n# Metadata\n\n```json\n{"a": {"b": [1]}}\n```\n', "Hi!", {"a": {"b": [1]}}),
        ('Hi!\n```json\n# metadata\n{"a": 1}\n```', "Hi!", {"a": 1}),
        ('Hi!\n## **metadata**:\n```\n{"a": "}"}\n```\nBye', "Hi!\n\nBye", {"a": "}"}),
        ('Hi!\n# metadata {"a": 1}', "Hi!", {"a": 1}),
        ('Hi!\n# metadata\n{"a": "two\nlines"}', "Hi!", {"a": "two\nlines"}),
        ('# metadata\n{"a": 1}', "", {"a": 1}),
        ('Hi!\n# metadata\nHere it is:\n{"a": 1}', "Hi!", {"a": 1}),
        ('A\n# metadata\n{broken\n# metadata\n{"a": 1}', "A\n# metadata\n{broken", {"a": 1}),
        ('Hi!\r\n# metadata\r\n{"a": 1}\r\n', "Hi!", {"a": 1}),
    ],
)
async def test_the_section_is_cut_out_and_kept_as_json_text(
    body: str, rest: str, section: dict[str, Any]
) -> None:
    result = await run_step(Metadata(), {"draft": {"body": body}}, timeout_seconds=5)

    assert result["draft"]["body"] == rest
    assert isinstance(result["metadata"], str)
    assert json.loads(result["metadata"]) == section


@pytest.mark.parametrize(
    "body",
    [
        "Hi!",
        '{"a": 1}',
        "Hi!\n# metadata\n{a: 1}",
        'Hi!\n# metadata\n{"a": 1',
        "Hi!\n# metadata\nnone today",
        'Hi!\n# metadata fields\n{"a": 1}',
        'About # metadata\n{"a": 1}',
        'Hi!\n# metadata\n{"a": NaN}',
        "Hi!\n# metadata\n[1]",
        "",
    ],
)
async def test_without_a_readable_section_nothing_changes(body: str) -> None:
    payload = {"draft": {"body": body}}

    assert await run_step(Metadata(), payload, timeout_seconds=5) == {"draft": {"body": body}}


@pytest.mark.parametrize("payload", [{}, {"draft": None}, {"draft": {}}, {"draft": {"body": None}}])
async def test_without_a_draft_nothing_changes(payload: dict[str, Any]) -> None:
    assert await run_step(Metadata(), dict(payload), timeout_seconds=5) == payload


@given(st.text())
def test_any_text_can_be_looked_at(body: str) -> None:
    cut(f"{body}\n# metadata\n{body}")


def test_nesting_without_end_is_no_section() -> None:
    assert cut("# metadata\n" + '{"a":' * 100_000) is None
