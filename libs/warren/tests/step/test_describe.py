import asyncio
import time
from pathlib import Path

import pytest

from warren.step.describe import builtin_classes, describe_file
from warren.step.errors import BrokenStep
from warren.step.revision import sha256_of

FILE = '''\
"""A step file."""
import os
from pydantic import BaseModel, Field
from warren.step import Step

print("noise at import")


class Weigh(Step):
    """Weigh the message.

    More about it.
    """

    activity = "weighing"
    concurrency = 3

    class Config(BaseModel):
        unit: str = Field(default="kg", description="what to weigh in")

    async def process(self, payload):
        return payload


class Plain(Step):
    @property
    def activity(self):
        return "x"

    async def process(self, payload):
        return payload
'''


async def test_classes_are_told_without_running_them_here(tmp_path: Path) -> None:
    file = tmp_path / "weigh.py"
    file.write_text(FILE)

    weigh, plain = await describe_file(file)

    assert (weigh.class_name, weigh.doc, weigh.activity) == (
        "Weigh", "Weigh the message.", "weighing",
    )  # fmt: skip
    assert (weigh.concurrency, weigh.builtin, weigh.sha256) == (3, False, sha256_of(FILE))
    assert weigh.config_schema["properties"]["unit"]["type"] == "string"
    assert weigh.config_schema["additionalProperties"] is False
    assert (plain.class_name, plain.config_schema, plain.concurrency) == ("Plain", {}, 10)


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        ("x = 1\nclass A(:\n", 2, "SyntaxError: invalid syntax"),
        ("import nowhere\n", 1, "no module named 'nowhere'"),
        ("import os\nos.environ['SERVICE_TOKEN']\n", 2, "KeyError: 'SERVICE_TOKEN'"),
        ("import os\nos._exit(7)\n", 1, "ended with code 7"),
        ("import sys\nsys.exit('bye')\n", 2, "SystemExit: bye"),
    ],
)
async def test_a_broken_file_is_told_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, line: int, cause: str
) -> None:
    monkeypatch.setenv("SERVICE_TOKEN", "secret")
    file = tmp_path / "broken.py"
    file.write_text(text)

    with pytest.raises(BrokenStep) as caught:
        await describe_file(file)

    assert (caught.value.file, caught.value.line) == ("broken.py", line)
    assert cause in caught.value.detail


async def test_a_file_that_hangs_is_stopped(tmp_path: Path) -> None:
    file = tmp_path / "hangs.py"
    file.write_text("import time, pathlib\ntime.sleep(3)\npathlib.Path(__file__ + '.late')\n")
    began = time.monotonic()

    with pytest.raises(BrokenStep, match=r"not read within 1 s"):
        await describe_file(file, timeout_seconds=1)

    assert time.monotonic() - began < 2.5


async def test_a_file_that_computes_is_stopped_whatever_the_clock_says(tmp_path: Path) -> None:
    file = tmp_path / "computes.py"
    file.write_text("while True: pass\n")

    with pytest.raises(BrokenStep, match=r"computes for over 1 s when it is imported"):
        await describe_file(file, cpu_seconds=1)


async def test_a_reader_that_is_cancelled_leaves_no_child(tmp_path: Path) -> None:
    file = tmp_path / "slow.py"
    written = tmp_path / "written"
    file.write_text(f"import time\ntime.sleep(1)\nopen({str(written)!r}, 'w')\n")
    task = asyncio.ensure_future(describe_file(file))
    await asyncio.sleep(0.3)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await asyncio.sleep(1.5)
    assert not written.exists()


def test_the_builtin_classes() -> None:
    classes = builtin_classes()

    assert set(classes) == {
        "Approve", "AskHuman", "Classify", "Delegate", "Draft", "Format", "Gpt", "Guide", "Http",
        "Metadata", "Recall", "Remember", "Reply", "SendAs", "Template",
    }  # fmt: skip
    assert all(each.builtin and each.doc for each in classes.values())
    assert (classes["Gpt"].concurrency, classes["Reply"].concurrency) == (4, 10)
    assert set(classes["Gpt"].config_schema["properties"]) >= {
        "model", "temperature", "max_tokens", "response_format",
    }  # fmt: skip
