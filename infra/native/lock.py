"""requirements.lock: every Python package pinned with hashes, no host named (`make lock`).

uv.lock names hosts in every entry, so git ignores it and this export is what is committed.
"""

import hashlib
import json
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path

from infra.native.plan import ROOT
from infra.native.python_environment import ensure_uv, members, uv_environment
from infra.native.say import step

LOCKS: Mapping[str, tuple[str, ...]] = {
    "requirements.lock": ("--all-packages", "--all-groups"),
    "infra/docker/services.lock": ("--all-packages", "--no-default-groups"),
    "infra/docker/llm.lock": ("--only-group", "llm"),
}
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
    """Tell whether the locks were made from the dependencies as they are now."""
    head = HEAD + dependencies(root) + "\n"
    return all((root / name).read_text().startswith(head) for name in LOCKS)


def make(root: Path) -> None:
    """Resolve and write the locks: everything, and the smaller sets that go into images."""
    uv = ensure_uv(root, step)
    subprocess.run([str(uv), "lock", "--quiet"], check=True, cwd=root, env=uv_environment(root))
    for name, selection in LOCKS.items():
        exported = export(uv, root, selection)
        (root / name).write_text(f"{HEAD}{dependencies(root)}\n{exported}")


def export(uv: Path, root: Path, selection: tuple[str, ...]) -> str:
    """Return a selection of uv.lock as requirements with hashes and without hosts."""
    fixed = ("--quiet", "--frozen", "--no-emit-workspace", "--no-header", "--no-annotate")
    done = subprocess.run(
        [str(uv), "export", *fixed, *selection],
        check=True,
        cwd=root,
        env=uv_environment(root),
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


if __name__ == "__main__":
    make(ROOT)
