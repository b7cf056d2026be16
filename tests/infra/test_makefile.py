"""`make` alone prints help that lists every target a person may type."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = re.findall(r"^([a-z0-9-]+):", MAKEFILE, re.MULTILINE)
INNER = {"install-test"}  # steps of other targets, not for people


def make(*arguments: str) -> str:
    # make's own variables would make the child print its folder
    environment = {name: value for name, value in os.environ.items() if not name.startswith("M")}
    done = subprocess.run(
        ["make", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_help_lists_every_target() -> None:
    printed = make()

    listed = set(re.findall(r"^  ([a-z0-9-]+) ", printed, re.MULTILINE))
    assert listed == set(TARGETS) - INNER
    assert "\nRun\n" in printed


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_is_phony_and_at_most_five_lines(target: str) -> None:
    assert f".PHONY: {target}\n" in MAKEFILE
    body = re.search(rf"^{target}:.*\n((?:\t.*\n)*)", MAKEFILE, re.MULTILINE)
    assert body is not None
    assert body.group(1).count("\n") <= 5


def test_ci_runs_the_tests_by_make() -> None:
    assert "exec make test" in (ROOT / ".ci" / "run").read_text()
