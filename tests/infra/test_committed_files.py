"""What git holds names no package registry's host and no path of somebody's machine."""

import re
import subprocess
from pathlib import Path

import pytest

from infra.native.lock import is_fresh

ROOT = Path(__file__).parents[2]
# Spelled in pieces, so that this file does not match itself.
HOSTS = re.compile(
    r"pypi\." + r"org|pythonhosted\." + r"org|registry\." + r"npmjs|npmmirror\." + r"com"
    r"|deb\.debian\." + r"org|proxy\.golang\." + r"org"
)
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:ro" + r"ot|ho" + r"me/\w+|wo" + r"rk)/[\w.]")


def committed() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("this is not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def text_of(path: Path) -> str:
    try:
        return path.read_text()
    except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
        return ""


@pytest.mark.parametrize("pattern", [HOSTS, MACHINE_PATHS], ids=["hosts", "machine paths"])
def test_no_committed_file_names(pattern: re.Pattern[str]) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in committed()
        for match in [pattern.search(text_of(path))]
        if match
    ]

    assert found == []


def test_the_python_lock_is_fresh() -> None:
    assert is_fresh(ROOT), "a pyproject.toml asks for something else: run make lock"


def test_every_locked_package_has_hashes() -> None:
    lock = (ROOT / "requirements.lock").read_text()

    packages = re.findall(r"^[a-z0-9].*?(?=^[a-z0-9]|\Z)", lock, re.MULTILINE | re.DOTALL)
    assert len(packages) > 50
    assert [package for package in packages if "--hash=sha256:" not in package] == []


def test_the_node_lock_names_no_host_and_has_hashes() -> None:
    lock = (ROOT / "frontend" / "package-lock.json").read_text()

    assert '"resolved"' not in lock
    assert lock.count('"integrity"') > 50
