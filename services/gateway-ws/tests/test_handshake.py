"""Who may open a socket, as a table."""

import pytest

from gateway_ws.handshake import Entry, judge
from warren.app.origin import origin_of

OURS = "https://chat.example"


@pytest.mark.parametrize(
    ("origins", "cookies", "entry"),
    [
        ([OURS], ["warren=abc"], Entry("abc")),
        ([OURS], ["x=1; warren=abc; y=2"], Entry("abc")),
        ([OURS], ["x=1", "warren=abc"], Entry("abc")),
        ([OURS], ['warren="abc"'], Entry("abc")),
        ([OURS], ["warren="], Entry(None)),
        ([OURS], ["xwarren=abc"], Entry(None)),
        ([OURS], [], Entry(None)),
        (["HTTPS://CHAT.EXAMPLE"], ["warren=abc"], Entry("abc")),
        ([], ["warren=abc"], Entry(None)),
        (["null"], ["warren=abc"], None),
        (["null"], [], None),
        ([""], ["warren=abc"], None),
        (["https://evil.example"], [], None),
        (["https://chat.example.evil.example"], ["warren=abc"], None),
        (["http://chat.example"], ["warren=abc"], None),
        (["https://chat.example:8443"], ["warren=abc"], None),
        ([OURS, OURS], ["warren=abc"], None),
    ],
)
def test_the_origin_decides_and_the_cookie_counts_only_with_it(origins, cookies, entry):
    assert judge(origins, cookies, public_url=OURS + "/", cookie_name="warren") == entry


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://localhost:8080/", "http://localhost:8080"),
        ("https://Chat.Example:443/x", "https://chat.example"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_an_origin_is_written_as_browsers_do(url, origin):
    assert origin_of(url) == origin
