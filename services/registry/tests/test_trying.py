"""A bot is tried in a child: what it finds, where it ends, and that nothing of it stays."""

import asyncio
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from registry.settings import Settings
from registry.trying import End, Limits, Tries, child_environment, result
from services.registry.tests.conftest import Registry, Start
from tests.stub_llm import StubModel
from warren.contracts.registry import Revision
from warren.contracts.trying import TriedStep, TryResult
from warren.errors import Unavailable
from warren.step.describe import KEPT_ENVIRONMENT, ClassDescription, builtin_classes
from warren.step.lint import lint
from warren.step.revision import build, step_source
from warren.step.tried import TryLine

OPERATOR = {"Authorization": "Bearer ola"}
ECHO = """
name: echo
steps:
  - class: Draft
  - class: Odd
  - class: Reply
"""
STEP = """
import os, subprocess, sys, time
from warren.step import Step

class Odd(Step):
    async def process(self, payload):
        {body}
        payload["draft"]["body"] = "you said " + payload["messages"][-1]["body"]
        return payload
"""
ENVIRONMENT = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
SMALL = {"memory_bytes": 512 * 1024**2}
HELLO = {
    "messages": [
        {
            "id": "7e1f3f0e-3b1f-4c53-9b7e-111111111111",
            "user": "ola",
            "recipient": "echo",
            "body": "Hello",
            "timestamp": "2026-01-05T09:00:00Z",
        }
    ]
}


def odd(body: str) -> Revision:
    """Return the bot `echo` whose step Odd does `body` first."""
    text = STEP.format(body=body)
    known = builtin_classes() | {"Odd": ClassDescription(class_name="Odd", concurrency=1)}
    bot, errors = lint(ECHO, "echo.yaml", known)
    assert bot, errors
    return build(bot, {"Odd": step_source("Odd", text)}, datetime.now(UTC))


async def tried(body: str, **limits: float) -> TryResult:
    return await Tries(ENVIRONMENT, Limits(**limits)).run(odd(body), HELLO)  # type: ignore[arg-type]


async def test_a_good_bot_shows_each_step_and_its_reply():
    found = await tried("pass")

    assert (found.ok, found.error, found.waiting) == (True, None, None)
    assert [(one.id, one.class_name) for one in found.steps] == [
        ("draft", "Draft"),
        ("odd", "Odd"),
        ("reply", "Reply"),
    ]
    assert found.steps[1].patch == (
        {"op": "replace", "path": "/draft/body", "value": "you said Hello"},
    )
    assert found.steps[2].reply
    assert found.steps[2].reply.body == "you said Hello"


@pytest.mark.parametrize(
    ("body", "limits", "error", "text"),
    [
        ("raise ValueError('no such mood')", {}, "ValueError", "no such mood"),
        ("return 3", {}, "BadOutput", "step 'odd' returned an int"),
        ("sys.exit('bye')", {}, "SystemExit", "bye"),
        ("os.kill(os.getpid(), 11)", {}, "Crashed", "ended its own process (signal SIGSEGV)"),
        ("os._exit(3)", {}, "Crashed", "ended its own process (exit 3)"),
        ("while True: pass", {"cpu_seconds": 1}, "EndlessLoop", "computed for 1 s without an end"),
        ("time.sleep(60)", {"wall_seconds": 2}, "TooSlow", "had not ended after 2 s"),
        ("x = 'x' * 10**10", {}, "MemoryError", "more memory than a try may use"),
        ("x = []\n        while True: x.append('y' * 10**7)", SMALL, "MemoryError", "more memory"),
        ("payload['x'] = 'x' * 2_000_000", {}, "TooLarge", "is over 1024 KiB in all"),
        ("print('noise' * 1_000_000); 1 / 0", {}, "ZeroDivisionError", "division by zero"),
    ],
)
async def test_a_step_that_goes_wrong_is_told_plainly_and_by_name(
    body: str, limits: dict[str, float], error: str, text: str
):
    found = await tried(body, **limits)

    assert not found.ok
    assert [one.id for one in found.steps] == ["draft"]
    assert found.error
    assert (found.error.step, found.error.type) == ("odd", error)
    assert text in found.error.text


async def test_a_step_that_waits_for_a_person_says_what_it_would_ask():
    text = (
        "name: echo\nsteps:\n  - class: Draft\n  - {class: AskHuman, config: {question: 'Why?'}}\n"
    )
    bot, errors = lint(text + "  - class: Reply\n", "echo.yaml", builtin_classes())
    assert bot, errors

    found = await Tries(ENVIRONMENT).run(build(bot, {}, datetime.now(UTC)), HELLO)

    assert (found.ok, found.error) == (True, None)
    assert [one.id for one in found.steps] == ["draft"]
    assert "Why?" in str(found.waiting)


async def test_a_try_asks_the_model_and_an_allowed_host_as_a_runner_does():
    text = "name: echo\nsteps:\n  - class: Draft\n  - class: Format\n  - class: Gpt\n"
    text += "  - {class: Http, config: {url: URL/models, secrets: [WARREN_BOT_KEY],"
    text += " headers: {X-Key: '${WARREN_BOT_KEY}'}}, timeout_seconds: 40}\n  - class: Reply\n"
    with StubModel() as model:
        host = model.url.removesuffix("/v1")
        bot, errors = lint(text.replace("URL", host), "echo.yaml", builtin_classes())
        assert bot, errors
        known = {"OPENAI_BASE_URL": model.url, "OPENAI_API_KEY": "k", "HTTP_STEP_HOSTS": host}
        tries = Tries(ENVIRONMENT | known | {"WARREN_BOT_KEY": "hidden-key"})

        found = await tries.run(build(bot, {}, datetime.now(UTC)), HELLO)

    assert [one.id for one in found.steps][:3] == ["draft", "format", "gpt"], found.error
    assert found.steps[2].patch[0]["value"] == "answer 1 to Hello"
    assert found.error
    assert (found.error.step, "answered 501" in found.error.text) == ("http", True)  # no GET there
    assert "hidden-key" not in found.model_dump_json()


async def test_what_a_step_started_ends_with_the_try(tmp_path: Path):
    mark = tmp_path / "pid"
    body = f"open({str(mark)!r}, 'w').write(str(subprocess.Popen(['sleep', '600']).pid))"

    found = await tried(body)

    assert found.ok
    assert await ended(int(mark.read_text()))


async def test_a_cancelled_try_leaves_nothing(tmp_path: Path):
    mark = tmp_path / "pid"
    revision = odd(f"open({str(mark)!r}, 'w').write(str(os.getpid())); 0\n"
                                   "        while True: pass")  # fmt: skip
    trying = asyncio.ensure_future(Tries(ENVIRONMENT).run(revision, HELLO))
    pid = await written(mark)

    trying.cancel()
    with suppress(asyncio.CancelledError):
        await trying

    assert await ended(pid)


async def test_one_more_than_may_is_told_to_come_again():
    revision = odd("time.sleep(60)")
    tries = Tries(ENVIRONMENT, Limits(wall_seconds=3))
    two = [asyncio.ensure_future(tries.run(revision, HELLO)) for _ in range(2)]
    await asyncio.sleep(0)

    with pytest.raises(Unavailable) as caught:
        await tries.run(revision, HELLO)

    assert caught.value.retry_after
    assert [one.error and one.error.type for one in await asyncio.gather(*two)] == ["TooSlow"] * 2
    assert (await tries.run(odd("pass"), HELLO)).ok


def test_a_try_knows_what_runners_know_and_no_account_of_the_registry():
    settings = Settings.model_validate(
        {
            "amqp_url": "amqp://registry:hidden@x/",
            "service_token": "a-service-token-for-tests-only",
            "database_url": "postgresql+psycopg://registry:hidden@x/",
            "openai_api_key": "sk-1",
            "openai_base_url": "http://model/v1",
            "http_step_hosts": "api.example.com",
        }
    )
    given = {"PATH": "/bin", "WARREN_BOT_KEY": "k", "SECRETS_DIR": "/s", "AMQP_URL": "hidden"}

    known = child_environment(settings, given | {"SERVICE_TOKEN": "hidden", "https_proxy": "p"})

    known.pop("MALLOC_ARENA_MAX")
    assert known == {
        "PATH": "/bin",
        "WARREN_BOT_KEY": "k",
        "https_proxy": "p",
        "OPENAI_API_KEY": "sk-1",
        "OPENAI_BASE_URL": "http://model/v1",
        "HTTP_STEP_HOSTS": "api.example.com",
    }


def test_a_child_that_went_without_a_word_is_no_success():
    step = TriedStep(id="draft", class_name="Draft", milliseconds=1, patch=())

    nothing = result(End((TryLine(step=step),), status=0), ["draft"], Limits())

    assert not nothing.ok
    assert nothing.error
    assert (nothing.error.step, nothing.error.type) == (None, "Crashed")


async def test_over_http_an_operator_tries_a_text_and_nothing_is_published(start: Start):
    text = "name: echo\nsteps:\n  - class: Draft\n  - class: Template\n    config:"
    text += ' {template: "{{ user }} said {{ messages[-1].body }}"}\n  - class: Reply\n'
    async with start() as registry:
        person = await ask(registry, {"yaml": text}, {})
        wrong = await ask(registry, {"yaml": text.replace("Draft", "Drft")})
        found = await ask(registry, {"yaml": text, "message": "hi there"})
        own = await ask(registry, {"yaml": text, "payload": {"messages": []}})
        assert found.json()["ok"], found.json()
        large = await ask(registry, {"yaml": text, "payload": {"x": "y" * 300_000}})
        bots = await registry.public.get("/bots")
    assert (person.status_code, large.status_code) == (403, 413)
    assert wrong.json()["errors"][0]["hint"] == 'did you mean "Draft"?'
    assert (wrong.json()["ok"], wrong.json()["steps"]) == (False, [])
    assert found.json()["ok"], found.json()
    assert found.json()["steps"][2]["reply"]["body"] == "ola said hi there"
    assert (own.status_code, own.json()["error"]["step"]) == (200, "draft")
    assert bots.json()["items"] == []


async def test_over_http_a_try_ends_when_its_asker_goes(start: Start, folder: Path):
    mark = folder / "pid"
    loop = f"open({str(mark)!r}, 'w').write(str(os.getpid())); 0\n        while True: pass"
    (folder / "steps" / "odd.py").write_text(STEP.format(body=loop))
    async with start() as registry:
        asking = asyncio.ensure_future(ask(registry, {"yaml": ECHO}))
        pid = await written(mark)

        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking

        assert await ended(pid)


async def ask(registry: Registry, body: dict, headers: dict[str, str] = OPERATOR):
    return await registry.public.post("/bots/try", json=body, headers=headers, timeout=60)


async def written(mark: Path) -> int:
    async with asyncio.timeout(20):
        while not (text := await asyncio.to_thread(read, mark)):
            await asyncio.sleep(0.02)
    return int(text)


async def ended(pid: int) -> bool:
    """Wait until a process is gone; a zombie that nobody has waited for is gone, too."""
    with suppress(TimeoutError):
        async with asyncio.timeout(5):
            while (stat := read(Path(f"/proc/{pid}/stat"))) and stat.split(") ")[1][0] not in "ZX":
                await asyncio.sleep(0.02)
            return True
    return False


def read(path: Path) -> str:
    return path.read_text() if path.exists() else ""
