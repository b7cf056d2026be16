"""requirements.lock: every Python package pinned with hashes, no host named (`make lock`).

uv.lock names hosts in every entry, so git ignores it and this export is what is committed.
"""

import hashlib
import json
import subprocess
import sys
import tomllib
from pathlib import Path

from infra.native.plan import ROOT
from infra.native.python_environment import ensure_uv, members, uv_environment

HEAD = "# Made by `make lock` from dependencies "


def dependencies(root: Path) -> str:
    """Return a hash over what the packages ask for; the lock carries it to show its freshness."""
    asked: dict[str, object] = {}
    for folder in (root, *members(root)):
        table = tomllib.loads((folder / "pyproject.toml").read_text())
        project = table.get("project", {})
        asked[str(folder.relative_to(root))] = [
            project.get("requires-python"),
            project.get("dependencies", []),
            project.get("optional-dependencies", {}),
            table.get("dependency-groups", {}),
            table.get("tool", {}).get("uv", {}),
        ]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def is_fresh(root: Path) -> bool:
    """Tell whether requirements.lock was made from the dependencies as they are now."""
    lock = root / "requirements.lock"
    return lock.exists() and lock.read_text().startswith(HEAD + dependencies(root) + "\n")


def make(root: Path) -> None:
    """Resolve and write requirements.lock."""
    uv = ensure_uv(root, lambda line: print(line, file=sys.stderr))
    environment = uv_environment(root)
    subprocess.run([str(uv), "lock", "--quiet"], check=True, cwd=root, env=environment)
    exported = subprocess.run(
        [
            str(uv),
            "export",
            "--quiet",
            "--frozen",
            "--all-packages",
            "--all-groups",
            "--no-emit-workspace",
            "--no-header",
            "--no-annotate",
        ],
        check=True,
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
    )
    (root / "requirements.lock").write_text(f"{HEAD}{dependencies(root)}\n{exported.stdout}")


if __name__ == "__main__":
    make(ROOT)
