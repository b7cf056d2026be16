"""Who asks is asked of chat-api, and remembered for a few seconds only."""

import pytest
from fastapi import Request

from registry import askers
from registry.askers import Askers
from services.registry.tests.conftest import ANA, OLA
from warren.app.inner_client import ChatApiInner
from warren.contracts.accounts import Identity
from warren.contracts.inner import Credentials
from warren.errors import Forbidden, Unauthenticated


class CountingChatApi(ChatApiInner):
    """Knows the secret `good`, and notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Credentials] = []
        self.who: Identity = ANA

    async def identify(self, credentials: Credentials) -> Identity:
        self.asked.append(credentials)
        if "good" not in (credentials.cookie, credentials.bearer):
            raise Unauthenticated("Please sign in.")
        return self.who


@pytest.fixture
def chat() -> CountingChatApi:
    return CountingChatApi()


def asking(**headers: str) -> Request:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": raw})


@pytest.mark.parametrize(
    ("headers", "credentials"),
    [
        ({"cookie": "warren=good"}, Credentials(cookie="good")),
        ({"cookie": "__Host-warren=old; warren=good"}, Credentials(cookie="good")),
        ({"authorization": "bearer good"}, Credentials(bearer="good")),
        ({"authorization": "Bearer good", "cookie": "warren=x"}, Credentials(bearer="good")),
    ],
)
async def test_cookie_or_token_are_passed_on(
    chat: CountingChatApi, headers: dict[str, str], credentials: Credentials
):
    assert await Askers(chat, "warren")(asking(**headers)) == ANA
    assert chat.asked == [credentials]


async def test_an_answer_is_remembered_and_then_asked_again(
    chat: CountingChatApi, monkeypatch: pytest.MonkeyPatch
):
    now = [100.0]
    monkeypatch.setattr(askers, "monotonic", lambda: now[0])
    who = Askers(chat, "warren")
    for at in (100.0, 104.9, 105.1):
        now[0] = at
        await who(asking(cookie="warren=good"))

    assert len(chat.asked) == 2


async def test_a_refusal_is_not_remembered(chat: CountingChatApi):
    who = Askers(chat, "warren")
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            await who(asking(cookie="warren=bad"))

    assert len(chat.asked) == 2


async def test_a_cookie_is_never_taken_for_a_token(chat: CountingChatApi):
    who = Askers(chat, "warren")
    await who(asking(cookie="warren=good"))
    await who(asking(authorization="Bearer good"))

    assert chat.asked == [Credentials(cookie="good"), Credentials(bearer="good")]


async def test_nobody_is_refused_without_a_question(chat: CountingChatApi):
    with pytest.raises(Unauthenticated):
        await Askers(chat, "warren")(asking())

    assert chat.asked == []


async def test_whoever_changes_something_is_asked_about_anew(chat: CountingChatApi):
    who = Askers(chat, "warren")
    chat.who = OLA
    assert await who(asking(cookie="warren=good")) == OLA
    assert await who.operator(asking(cookie="warren=good")) == OLA

    chat.who = ANA  # an operator no more
    with pytest.raises(Forbidden):
        await who.operator(asking(cookie="warren=good"))

    assert len(chat.asked) == 3
