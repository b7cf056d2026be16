"""What an exception means, as a table; facts are cut to size and free of what JSON refuses."""

from datetime import timedelta
from typing import Any

import httpx2
import openai
import pytest

from bot_runner.fault import MAX_STACK_CHARS, MAX_TEXT_CHARS, describe, is_transient
from warren.errors import Permanent, Retryable
from warren.step.errors import BadAnswer, BadOutput, BrokenStep, StepTimeout
from warren.step.run_step import run_step


def with_status(status: int, headers: dict[str, str] | None = None) -> Exception:
    response = httpx2.Response(status, headers=headers, request=httpx2.Request("GET", "http://x/"))
    return httpx2.HTTPStatusError("no", request=response.request, response=response)


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except type(error) as caught:
        return caught


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise ValueError("cannot be said")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Retryable("later"), True),
        (StepTimeout("slow"), True),
        (BadAnswer("empty"), True),
        (TimeoutError(), True),
        (ConnectionResetError(), True),
        (ConnectionRefusedError(), True),
        (httpx2.ConnectError("no"), True),
        (httpx2.ReadTimeout("slow"), True),
        (openai.APIConnectionError(request=None), True),  # type: ignore[arg-type]  # any will do
        *((with_status(status), True) for status in (408, 425, 429, 500, 502, 503, 504, 529)),
        *((with_status(status), False) for status in (400, 401, 403, 404, 409, 422)),
        (Permanent("never"), False),
        (BadOutput("no"), False),
        (ValueError("what"), False),
        (KeyError("draft"), False),
        (FileNotFoundError("no"), False),
        (SystemExit(3), False),
    ],
)
def test_only_named_errors_pass(error: BaseException, expected: bool):
    assert is_transient(error) is expected


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (StepTimeout("slow"), "timeout"),
        (BadOutput("no"), "bad_output"),
        (BadAnswer("no"), "bad_output"),
        (BrokenStep("no"), "gone"),
        (ValueError("no"), "failed"),
        (Retryable("no"), "failed"),
    ],
)
def test_the_reason_follows_the_error(error: Exception, reason: str):
    assert describe(error).reason == reason


def test_the_server_says_how_long_to_wait():
    assert describe(with_status(429, {"retry-after": "17"})).retry_after_seconds == 17.0
    assert describe(Retryable("later", retry_after=3)).retry_after_seconds == 3


def test_an_answer_as_it_came_stands_at_the_end_of_the_stack_and_not_in_the_text():
    facts = describe(raised(BadAnswer("an empty answer", "<html>" + "x" * 100_000))).facts
    assert facts.text == "an empty answer"
    assert "BadAnswer: an empty answer\nThe answer as it came (the first 16000 of" in facts.stack
    assert "<html>xxx" in facts.stack


def test_the_host_of_the_request_is_known():
    error = Retryable("the model server answered 503")
    error.__cause__ = with_status(503)
    assert describe(error).host == "x"
    assert describe(error).origin == "Retryable from HTTPStatusError"


def test_facts_are_cut_and_clean():
    facts = describe(raised(ValueError("half \ud800 nul \0 " + "x" * 50_000))).facts
    assert len(facts.text) == MAX_TEXT_CHARS
    assert len(facts.stack) == MAX_STACK_CHARS
    facts.model_dump_json().encode()
    assert "\0" not in facts.text


def test_an_error_that_cannot_be_said_is_still_described():
    facts = describe(raised(Unspeakable())).facts
    assert (facts.type, facts.text) == ("Unspeakable", "(the error has no text)")


class Panic(BaseException):
    pass


class Hollow(Exception):
    """Each look at it raises something else."""

    @property
    def response(self) -> object:
        raise RuntimeError("no response yet")

    @property
    def status(self) -> object:
        raise KeyError("status")

    @property
    def request(self) -> object:
        raise Panic


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (Retryable("busy", retry_after="Wed, 21 Oct 2015 07:28:00 GMT"), 0.0),  # type: ignore[arg-type]  # as people do
        (Retryable("busy", retry_after="17"), 17.0),  # type: ignore[arg-type]
        (Retryable("busy", retry_after=timedelta(minutes=1)), 60.0),  # type: ignore[arg-type]
        (Retryable("busy", retry_after="soon"), None),  # type: ignore[arg-type]
        (Hollow("x"), None),
        (Panic("x"), None),
    ],
)
def test_whatever_an_error_holds_it_is_described(error: BaseException, seconds: float | None):
    fault = describe(error)
    assert (fault.reason, fault.facts.type) == ("failed", type(error).__name__)
    assert fault.retry_after_seconds == seconds
    assert fault.transient is isinstance(error, Retryable)


def test_the_frame_is_the_deepest_in_the_step_file():
    code = compile("def process():\n    return {}['draft']\n", "step:abc/Mine.py", "exec")
    scope: dict[str, Any] = {}
    exec(code, scope)
    with pytest.raises(KeyError) as caught:
        scope["process"]()
    assert describe(caught.value).facts.frame == "step:abc/Mine.py:2 in process"


async def test_a_step_whose_thread_finds_nothing_more_is_shown_where_it_did():
    code = "class Finds:\n def process(self, payload):\n  return next(iter([]))\n"
    scope: dict[str, Any] = {}
    exec(compile(code, "step:abc/Finds.py", "exec"), scope)
    step = scope["Finds"]()
    step.step_name, step.runs_in_thread = "finds", True
    with pytest.raises(RuntimeError) as caught:
        await run_step(step, {}, timeout_seconds=5)
    assert describe(caught.value).facts.frame == "step:abc/Finds.py:3 in process"
