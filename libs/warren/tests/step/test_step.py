import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, Field

from warren.step import Step
from warren.step.errors import BrokenStep
from warren.step.step import chat_name

ANCESTOR = """\
from bot_manager.bot_step import Step
import json

class Shout(Step):

    async def process(self, payload):
        messages=payload['messages']
        if 'ending' in self.config:
            ending = self.config.ending.replace('{mark}', '!')
        payload['draft'] = {
            'user': messages[-1]['recipient'],
            'body': messages[-1]['body'].upper() + (self.config.missing or '?') + ending,
        }
        name = f'{self.bot_name}_supervisor'
        payload['chatml'] = [self._chatml_message("system", name, "{date}")]
        return payload

    @property
    def activity(self):
        return f"shouting with {self.config.ending}..."

if __name__ == "__main__":
    Shout.main()
"""


class Plain(Step):
    def process(self, payload: dict[str, Any]) -> dict[str, Any]:
        return payload


class Busy(Step):
    activity = "counting sheep"
    concurrency = 2

    class Config(BaseModel):
        times: int = 3
        note: str | None = None
        words: list[str] = Field(default=["a"])

    async def process(self, payload: dict[str, Any]) -> dict[str, Any]:
        return payload


class Telling(Step):
    @property
    def activity(self) -> str:  # type: ignore[override]
        return f"thinking with {self.config.model}"

    async def process(self, payload: dict[str, Any]) -> dict[str, Any]:
        return payload


def test_what_a_step_knows_of_itself() -> None:
    step = Plain({"x": 1}, "daisy", "think", timezone="Australia/Melbourne")

    assert (step.bot_name, step.step_name, step.activity) == ("daisy", "think", "think")
    assert (step.concurrency, step.runs_in_thread, step.emit) == (10, True, None)
    assert step.timezone.key == "Australia/Melbourne"


def test_activity_is_an_attribute_or_a_property() -> None:
    assert Busy({}, "daisy", "think").activity == "counting sheep"
    assert Telling({"model": "gpt-4"}, "daisy", "think").activity == "thinking with gpt-4"


def test_an_inner_config_completes_and_checks() -> None:
    step = Busy({"times": "7"}, "daisy", "think")

    assert step.config == {"times": 7, "words": ["a"]}
    assert "note" not in step.config
    assert step.config.note is None
    with pytest.raises(BrokenStep, match=r"step 'think' of daisy: config\.times: .*integer"):
        Busy({"times": "many"}, "daisy", "think")


def test_a_step_without_process_says_so() -> None:
    class Nothing(Step):
        pass

    with pytest.raises(NotImplementedError, match="Nothing has no `process` method"):
        Nothing().process({})


@pytest.mark.parametrize(
    ("name", "expected"),
    [("ana", "ana"), ("ana.b", "ana_b"), ("Zoë Q", "Zo__Q"), ("", "_"), ("x" * 80, "x" * 64)],
)
def test_chat_names_fit_the_api(name: str, expected: str) -> None:
    assert chat_name(name) == expected


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, arguments)], capture_output=True, text=True, timeout=30
    )


def test_a_step_file_of_the_earlier_bot_manager_runs_as_a_script(tmp_path: Path) -> None:
    (tmp_path / "shout.py").write_text(ANCESTOR)
    given = {"messages": [{"user": "ana", "recipient": "daisy", "body": "hello"}]}
    (tmp_path / "payload.json").write_text(json.dumps(given))

    done = run(
        tmp_path / "shout.py",
        *("--payload", tmp_path / "payload.json", "--bot", "daisy", "--step", "shout"),
        *("--config", '{"ending": "{mark}{mark}"}'),
    )

    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["draft"] == {"user": "daisy", "body": "HELLO?!!"}
    assert result["chatml"] == [{"role": "system", "name": "daisy_supervisor", "content": "{date}"}]


def test_the_script_says_what_is_wrong_with_the_payload_file(tmp_path: Path) -> None:
    (tmp_path / "shout.py").write_text(ANCESTOR)
    (tmp_path / "payload.json").write_text("[1]")

    done = run(tmp_path / "shout.py", "--payload", tmp_path / "payload.json")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip() == "Shout: not a JSON object"
