from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from warren.step.template import fill, local_time


@pytest.mark.parametrize(
    ("template", "content", "expected"),
    [
        ("<{content}>", "hi", "<hi>"),
        ("{content}{content}", "x", "xx"),
        ("{username}: {content} {{content}}", "hi", "{username}: hi {hi}"),
        ('{"a": {"b": 1}} {content}', "hi", '{"a": {"b": 1}} hi'),
        ("{content} at {timestamp}", "{timestamp} {content}", "{timestamp} {content} at now"),
        ("{ content } {Content} %s $content", "hi", "{ content } {Content} %s $content"),
        ("", "hi", ""),
        ("{content}", r"\1 \g<0>", r"\1 \g<0>"),
    ],
)
def test_only_the_literal_tokens_are_replaced_once(
    template: str, content: str, expected: str
) -> None:
    assert fill(template, {"content": content, "timestamp": "now"}) == expected


def test_times_are_in_the_bots_zone() -> None:
    moment = datetime(2026, 11, 22, 9, 15, 30, 123456, tzinfo=UTC)

    assert local_time(moment, ZoneInfo("Australia/Melbourne")) == "2026-11-22T20:15:30+11:00"
