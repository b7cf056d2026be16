"""Every error is problem+json that tells what to do and nothing about our insides."""

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy.exc import OperationalError

from warren.app import problems
from warren.app.guard import MAX_BODY_BYTES, Guard
from warren.errors import Conflict


class Body(BaseModel):
    name: str


def app() -> FastAPI:
    made = FastAPI()
    problems.install(made)

    @made.post("/things")
    async def things(body: Body) -> Body:
        return body

    @made.get("/broken")
    async def broken() -> None:
        raise RuntimeError("a secret of ours")

    @made.get("/away")
    async def away() -> None:
        raise OperationalError("select", {}, Exception("no connection"))

    @made.get("/taken")
    async def taken() -> None:
        raise Conflict("Ana approved at 14:03.")

    return made


@pytest.fixture
async def client():
    transport = httpx2.ASGITransport(
        app=Guard(app(), "http://localhost:8080"), raise_app_exceptions=False
    )
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as made:
        yield made


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "kind"),
    [
        ("POST", "/things", b"{", 400, "bad-json"),
        ("POST", "/things", b"{}", 422, "invalid"),
        ("POST", "/things", b"x" * (MAX_BODY_BYTES + 1), 413, "too-large"),
        ("GET", "/nowhere", b"", 404, "not-found"),
        ("DELETE", "/things", b"", 405, "method-not-allowed"),
        ("GET", "/broken", b"", 500, "internal"),
        ("GET", "/away", b"", 503, "unavailable"),
        ("GET", "/taken", b"", 409, "conflict"),
    ],
)
async def test_an_error_is_a_problem(client, method, path, content, status, kind):
    headers = {"content-type": "application/json"} if content else {}

    answer = await client.request(method, path, content=content, headers=headers)

    body = answer.json()
    assert answer.status_code == status == body["status"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["type"].endswith("/" + kind)
    assert len(body["detail"]) > 20
    assert body["trace_id"]
    assert "secret" not in answer.text


async def test_a_chunked_body_without_a_length_is_stopped_too(client):
    async def endless():
        for _ in range(40):
            yield b'"' + b"x" * 65536

    answer = await client.post(
        "/things", content=endless(), headers={"content-type": "application/json"}
    )

    assert answer.status_code == 413


async def test_a_validation_error_points_at_the_field(client):
    answer = await client.post("/things", json={"name": 3})

    assert answer.json()["errors"][0]["pointer"] == "/name"
