"""Containers where an engine answers, natively elsewhere or when asked."""

import pytest

from infra import engine


@pytest.mark.parametrize(
    ("native", "running_natively", "answers", "way"),
    [
        ("", False, True, "compose"),
        ("", False, False, "native"),
        ("1", False, True, "native"),
        ("0", False, True, "compose"),
        ("", True, True, "native"),
    ],
)
def test_the_way_is_chosen_once(
    monkeypatch: pytest.MonkeyPatch, native: str, running_natively: bool, answers: bool, way: str
) -> None:
    monkeypatch.setattr(engine, "compose_answers", lambda: answers)

    assert engine.way(native, running_natively) == way
