"""Which host an error comes from, for the errors of the clients that people use."""

from types import SimpleNamespace

import httpx2
import openai
import pytest

from warren.step.errors import Retryable
from warren.step.hosts import MAX_HOST_CHARS, host_of, host_of_url


class Requests(Exception):
    """As requests and urllib3 do: the request's address is text."""

    request = SimpleNamespace(url="http://files.example.com:8080/a?b=c")


class Aiohttp(Exception):
    """As aiohttp does when nobody answers."""

    connection_key = SimpleNamespace(host="slow.example.com", port=443, is_ssl=True)


def asked(address: str) -> httpx2.Request:
    return httpx2.Request("POST", address)


def refused(status: int) -> Exception:
    request = asked("https://api.example.com/v1")
    return httpx2.HTTPStatusError("no", request=request, response=httpx2.Response(status))


def caused(error: Exception) -> BaseException:
    try:
        raise Retryable("later") from error
    except Retryable as raised:
        return raised


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (refused(503), "api.example.com"),
        (httpx2.ConnectError("no", request=asked("http://[::1]:9/")), "[::1]:9"),
        (httpx2.ConnectError("its request was never set"), None),
        (openai.APIConnectionError(request=asked("http://127.0.0.1:26740/v1")), "127.0.0.1:26740"),
        (Requests(), "files.example.com:8080"),
        (Aiohttp(), "slow.example.com"),
        (caused(refused(500)), "api.example.com"),
        (caused(ValueError("no host here")), None),
        (TimeoutError(), None),
    ],
)
def test_the_host_of_an_error(error: BaseException, expected: str | None) -> None:
    assert host_of(error) == expected


def test_errors_in_a_ring_end() -> None:
    one, other = ValueError(), KeyError()
    one.__cause__, other.__cause__ = other, one
    assert host_of(one) is None


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://api.example.com:443/v1", "api.example.com"),
        ("http://API.example.com:80", "api.example.com"),
        ("https://api.example.com:80/", "api.example.com:80"),
        ("http://user:secret@example.com/", "example.com"),
        ("http://" + "a" * 100 + ".com", "a" * MAX_HOST_CHARS),
        ("http://example.com:port/", None),
        ("no address", None),
        ("", None),
    ],
)
def test_the_host_of_an_address(address: str, expected: str | None) -> None:
    assert host_of_url(address) == expected
