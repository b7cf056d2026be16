"""Sign-up, sign-in, sign-out, tokens, tickets over HTTP."""

import asyncio

import pytest
from sqlalchemy import func, select

from chat_api import throttle
from chat_api.tables import login_try

GOOD = "a quiet river at noon"


async def sign_up(world, name="ana", password=GOOD):
    return await world.http.post(
        "/api/v1/auth/signup", json={"username": name, "password": password}
    )


async def test_the_first_person_is_an_operator_and_signed_in(world):
    first = await sign_up(world)
    me = await world.http.get("/api/v1/auth/me")
    second = await sign_up(world, "ben")

    assert (first.status_code, first.json()["operator"]) == (201, True)
    assert me.json() == first.json()
    assert second.json()["operator"] is False
    cookie = first.headers["set-cookie"]
    assert cookie.startswith("warren=")
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert "Secure" not in cookie, "PUBLIC_URL is http"


async def test_of_many_first_people_one_is_the_operator(world):
    answers = await asyncio.gather(*(sign_up(world, f"ana{n}") for n in range(6)))

    assert [one.status_code for one in answers] == [201] * 6
    assert sum(one.json()["operator"] for one in answers) == 1


async def test_a_taken_name_is_a_conflict_even_in_a_race(world):
    answers = await asyncio.gather(*(sign_up(world) for _ in range(4)))

    assert sorted(one.status_code for one in answers) == [201, 409, 409, 409]
    assert answers[0].headers["content-type"] in ("application/json", "application/problem+json")


async def test_a_bots_name_is_taken_too(world):
    await world.bot("echo")

    assert (await sign_up(world, "echo")).status_code == 409


@pytest.mark.parametrize(
    "password", ["short", "password1", "12345678", "abcdefgh", "aaaaaaaaaa", "ana12345", "x" * 300]
)
async def test_a_password_that_is_tried_first_is_refused(world, password):
    refused = await sign_up(world, "ana", password)

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/password"


async def test_signing_out_ends_the_session_for_good(world):
    await sign_up(world)
    old = world.http.cookies["warren"]

    out = await world.http.post("/api/v1/auth/logout")

    assert out.status_code == 204
    (row,) = world.shelf.rows
    assert row.message.key.startswith("session.ended."), "gateways close its sockets"
    again = await world.http.get("/api/v1/auth/me", headers={"Cookie": f"warren={old}"})
    assert again.status_code == 401
    assert "again" in again.json()["detail"]


async def test_without_a_session_one_is_told_to_sign_in(world):
    refused = await world.http.get("/api/v1/conversations")

    assert refused.status_code == 401
    assert refused.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("column", ["idle_until", "expires_at"])
async def test_an_expired_session_says_to_sign_in_again(world, column):
    await sign_up(world)
    await world.sql(f"update session set {column} = now() - interval '1 second'")

    refused = await world.http.get("/api/v1/auth/me")

    assert refused.status_code == 401
    assert "Sign in again" in refused.json()["detail"]


async def test_wrong_name_and_wrong_password_look_the_same(world):
    await sign_up(world)
    texts = []
    for name, password in (("ana", "wrong wrong wrong"), ("nobody", GOOD)):
        refused = await world.http.post(
            "/api/v1/auth/login", json={"username": name, "password": password}
        )
        assert refused.status_code == 401
        texts.append({key: refused.json()[key] for key in ("type", "title", "detail")})
    assert texts[0] == texts[1]


async def test_after_five_wrong_passwords_one_has_to_wait(world, monkeypatch):
    monkeypatch.setattr(
        throttle, "pause_seconds", lambda failures, free: 600 if failures >= free else 0
    )
    await sign_up(world)
    login = {"username": "ana", "password": "wrong wrong wrong"}

    answers = await asyncio.gather(
        *(world.http.post("/api/v1/auth/login", json=login) for _ in range(8))
    )

    assert sorted(one.status_code for one in answers) == [401] * 5 + [429] * 3
    blocked = await world.http.post("/api/v1/auth/login", json=login | {"password": GOOD})
    assert blocked.status_code == 429
    assert int(blocked.headers["retry-after"]) >= 1
    await world.sql("update login_try set blocked_until = now()")
    assert (
        await world.http.post("/api/v1/auth/login", json=login | {"password": GOOD})
    ).status_code == 200
    assert await world.value(_failures()) == 0


def _failures():
    return select(func.count()).where(login_try.c.key.startswith("here:"))


async def test_a_bearer_token_signs_a_script_in(world):
    await sign_up(world)
    made = await world.http.post("/api/v1/auth/tokens", json={"name": "script"})
    world.http.cookies.clear()

    bearer = {"Authorization": f"Bearer {made.json()['token']}"}
    assert (await world.http.get("/api/v1/auth/me", headers=bearer)).json()["username"] == "ana"
    assert (await world.http.get("/api/v1/auth/me")).status_code == 401


async def test_a_ticket_identifies_once(world):
    me = (await sign_up(world)).json()
    ticket = (await world.http.post("/api/v1/auth/tickets")).json()["ticket"]

    first = await world.inner.post("/inner/identify", json={"ticket": ticket})
    second = await world.inner.post("/inner/identify", json={"ticket": ticket})

    assert first.json()["id"] == me["id"]
    assert second.status_code == 401


async def test_a_cookie_identifies_on_the_inner_port_with_the_service_token_only(world):
    await sign_up(world)
    ask = {"cookie": world.http.cookies["warren"]}

    known = await world.inner.post("/inner/identify", json=ask)
    strange = await world.inner.post(
        "/inner/identify", json=ask, headers={"Authorization": "Bearer x"}
    )

    assert known.json()["username"] == "ana"
    assert strange.status_code == 401


@pytest.mark.parametrize("name", ["a", "1ana", "Ana", "ana maria", "a" * 64, 7])
async def test_a_username_that_cannot_be_is_refused_in_plain_words(world, name):
    refused = await sign_up(world, name)

    assert refused.status_code == 422
    (fault,) = refused.json()["errors"]
    assert fault["pointer"] == "/username"
    assert fault["detail"].startswith("A username has 2 to 63 characters: small letters")
