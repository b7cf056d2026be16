"""Which saves mean the file as it is: every pair of headers against every state."""

import pytest

from registry.preconditions import Conditions, judge


@pytest.mark.parametrize(
    ("if_match", "if_none_match", "current", "verdict"),
    [
        (None, None, "a", "unconditional"),
        (None, None, None, "unconditional"),
        (None, '"a"', "a", "unconditional"),
        (None, "*", None, "go"),
        (None, " * ", None, "go"),
        (None, "*", "a", "exists"),
        ('"a"', None, "a", "go"),
        ('W/"a"', None, "a", "go"),
        ('"b", "a"', None, "a", "go"),
        ('"a-gzip"', None, "a", "go"),
        ('"a-zstd"', None, "a", "go"),
        ("*", None, "a", "go"),
        ('"b"', None, "a", "changed"),
        ("a", None, "a", "changed"),
        ("", None, "a", "changed"),
        ('"a-gzip-gzip"', None, "a", "changed"),
        ('"a"', None, None, "absent"),
        ("*", None, None, "absent"),
        ('"a"', "*", "a", "exists"),
        ('"a"', "*", None, "absent"),
    ],
)
def test_a_save_says_which_state_it_means(
    if_match: str | None, if_none_match: str | None, current: str | None, verdict: str
):
    assert judge(Conditions(if_match, if_none_match), current) == verdict
