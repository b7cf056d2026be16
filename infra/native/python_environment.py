"""The virtual environment: made by uv from requirements.lock, with hashes checked.

The workspace's own packages are installed editable. Runs before the environment exists: standard
library only.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from infra.native.system_certificates import trust

UV = "uv==0.13.9"
MEMBERS = ("libs/warren", "services/*")
OLDEST_PYTHON = (3, 11)


def ensure(root: Path, say: Callable[[str], None]) -> None:
    """Make .venv follow requirements.lock. Quick when nothing changed."""
    stamp = root / ".venv" / ".installed"
    wanted = fingerprint(root)
    if stamp.exists() and stamp.read_text() == wanted and (root / ".venv/bin/python").exists():
        return
    uv = ensure_uv(root, say)
    say("installing Python packages into .venv (requirements.lock, hashes checked)")
    if not (root / ".venv" / "bin" / "python").exists():
        _uv(uv, root, "venv", "--quiet", "--python", sys.executable, ".venv")
    _uv(uv, root, "pip", "sync", "--quiet", "--require-hashes", "requirements.lock")
    editable = [part for folder in members(root) for part in ("-e", str(folder))]
    _uv(uv, root, "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", *editable)
    stamp.write_text(wanted)


def ensure_uv(root: Path, say: Callable[[str], None]) -> Path:
    """Return uv from a small environment of its own under .run/uv; install it once."""
    home = root / ".run" / "uv"
    uv = home / "bin" / "uv"
    if uv.exists() and (home / "version").exists() and (home / "version").read_text() == UV:
        return uv
    say(f"installing {UV} into .run/uv")
    shutil.rmtree(home, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", UV]
    subprocess.run(pip, check=True)
    (home / "version").write_text(UV)
    return uv


def members(root: Path) -> list[Path]:
    """Return the workspace's packages."""
    found = [folder for pattern in MEMBERS for folder in sorted(root.glob(pattern))]
    return [folder for folder in found if (folder / "pyproject.toml").exists()]


def fingerprint(root: Path) -> str:
    """Return a hash of everything that decides what the environment holds."""
    digest = hashlib.sha256(f"{UV} {sys.version}".encode())
    for path in (
        root / "requirements.lock",
        *(folder / "pyproject.toml" for folder in members(root)),
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def uv_environment(root: Path) -> dict[str, str]:
    """Return the environment in which uv works on this clone and fetches no interpreter."""
    return {
        **trust(),
        **os.environ,
        "UV_PYTHON_DOWNLOADS": "never",
        "VIRTUAL_ENV": str(root / ".venv"),
        "UV_PROJECT_ENVIRONMENT": str(root / ".venv"),
    }


def _uv(uv: Path, root: Path, *arguments: str) -> None:
    subprocess.run([str(uv), *arguments], check=True, cwd=root, env=uv_environment(root))
