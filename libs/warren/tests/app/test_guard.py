"""What stands before every route: a table of request heads and their verdicts."""

import pytest
from starlette.datastructures import Headers

from warren.app.guard import judge

HOME = "http://localhost:8080"
JSON = {"content-type": "application/json", "content-length": "2"}


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {}, None),
        ("GET", {"origin": "https://evil.example"}, None),
        ("POST", JSON, None),
        ("POST", JSON | {"origin": HOME, "sec-fetch-site": "same-origin"}, None),
        ("POST", JSON | {"origin": "https://evil.example"}, 403),
        ("POST", JSON | {"origin": "null"}, 403),
        ("POST", JSON | {"sec-fetch-site": "cross-site"}, 403),
        ("POST", JSON | {"sec-fetch-site": "same-site"}, 403),
        ("DELETE", {"sec-fetch-site": "cross-site"}, 403),
        ("DELETE", {"sec-fetch-site": "none"}, None),
        ("POST", {"content-length": "2", "content-type": "text/plain"}, 415),
        ("POST", {"content-length": "2"}, 415),
        ("POST", {"transfer-encoding": "chunked"}, 415),
        ("POST", {"content-length": "0"}, None),
        ("POST", JSON | {"content-type": "application/json; charset=utf-8"}, None),
        ("POST", JSON | {"content-length": str(10 * 1024 * 1024)}, 413),
        ("GET", {"content-length": str(10 * 1024 * 1024)}, 413),
    ],
)
def test_a_request_head_is_judged(method: str, headers: dict[str, str], status: int | None):
    verdict = judge(method, Headers(headers), HOME)

    assert (verdict[0] if verdict else None) == status


@pytest.mark.parametrize(
    ("public_url", "origin", "allowed"),
    [
        ("http://localhost:80", "http://localhost", True),
        ("https://Chat.Example:443/", "https://chat.example", True),
        ("https://chat.example/warren", "https://chat.example", True),
        ("https://chat.example", "http://chat.example", False),
        ("https://chat.example", "https://chat.example:8443", False),
    ],
)
def test_our_own_origin_is_known_however_it_is_written(public_url: str, origin: str, allowed: bool):
    assert (judge("POST", Headers(JSON | {"origin": origin}), public_url) is None) is allowed
