"""Who asks: a bearer token in any spelling, else the one cookie of this Warren."""

import pytest
from fastapi import Request

from warren.app.credentials import credentials_of
from warren.contracts.inner import Credentials


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"cookie": "warren=c"}, Credentials(cookie="c")),
        ({"cookie": "__Host-warren=c"}, None),
        ({"cookie": "warren="}, None),
        ({"authorization": "Bearer t"}, Credentials(bearer="t")),
        ({"authorization": "bearer  t "}, Credentials(bearer="t")),
        ({"authorization": "BEARER t", "cookie": "warren=c"}, Credentials(bearer="t")),
        ({"authorization": "Basic t", "cookie": "warren=c"}, Credentials(cookie="c")),
        ({"authorization": "Bearer "}, None),
        ({}, None),
    ],
)
def test_credentials_of(headers: dict[str, str], expected: Credentials | None):
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]

    assert credentials_of(Request({"type": "http", "headers": raw}), "warren") == expected
