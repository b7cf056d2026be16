"""What the native way needs from Debian: found, or installed without leaving a service running.

Runs before the virtual environment exists: standard library only.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


class CannotInstall(Exception):
    """Something is missing and cannot be installed; the text says what to do."""


@dataclass(frozen=True)
class Need:
    """A Debian package, how to tell that it is there, what it is for, its system services."""

    package: str
    present: Callable[[], bool]
    purpose: str
    services: tuple[str, ...] = ()


def _has(*names: str) -> Callable[[], bool]:
    return lambda: all(find(name) is not None for name in names)


def _exists(pattern: str) -> Callable[[], bool]:
    return lambda: any(Path("/").glob(pattern))


SERVERS = (
    Need(
        "rabbitmq-server",
        _exists("usr/lib/rabbitmq/bin/rabbitmq-server"),
        "the message broker",
        ("rabbitmq-server", "epmd.socket", "epmd.service"),
    ),
    Need("postgresql", _exists("usr/lib/postgresql/*/bin/initdb"), "the database", ("postgresql",)),
    Need("caddy", _has("caddy"), "the web server", ("caddy",)),
    Need("libgomp1", _exists("usr/lib/*/libgomp.so.1"), "the local language model"),
)
FONTS = "usr/share/fonts"
BROWSER = (
    Need("chromium", _has("chromium"), "browser tests"),
    Need("fonts-liberation", _exists(f"{FONTS}/truetype/liberation*"), "browser tests"),
    Need("fonts-noto-color-emoji", _exists(f"{FONTS}/truetype/noto/*Emoji.ttf"), "browser tests"),
    Need("fonts-noto-cjk", _exists(f"{FONTS}/opentype/noto/NotoSansCJK*"), "browser tests"),
)  # fmt: skip


def find(program: str) -> str | None:
    """Return a program's path, looking also where a plain user's PATH does not."""
    path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin"))
    return shutil.which(program, path=path)


def missing(needs: tuple[Need, ...]) -> list[Need]:
    """Return what is not there."""
    return [need for need in needs if not need.present()]


def install(needs: tuple[Need, ...], say: Callable[[str], None]) -> None:
    """Install what is missing. Raises CannotInstall; does nothing when all is there."""
    wanted = missing(needs)
    if not wanted:
        return
    names = [need.package for need in wanted]
    if find("apt-get") is None:
        raise CannotInstall(
            f"These are missing: {', '.join(names)}. This is not Debian or Ubuntu: install them "
            "with your system's package manager, or start a Docker engine, then run make up again."
        )
    for need in wanted:
        say(f"installing {need.package} ({need.purpose})")
    services = [service for need in wanted for service in need.services if not _active(service)]
    if _apt("install", "-y", "--no-install-recommends", *names) != 0:
        _apt("update", "-q")
        if _apt("install", "-y", "--no-install-recommends", *names) != 0:
            raise CannotInstall(
                f"apt-get could not install {' '.join(names)}; what it said is above. "
                "Repair that, or install them by hand, then run make up again."
            )
    for service in services:
        _leave_stopped(service)
    still = [need.package for need in missing(needs)]
    if still:
        raise CannotInstall(f"Still missing after the installation: {', '.join(still)}.")


def _apt(*arguments: str) -> int:
    """Run apt-get as root: directly, or through sudo, which may ask for a password."""
    command = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", *arguments]
    if os.geteuid() != 0:
        sudo = find("sudo")
        if sudo is None:
            raise CannotInstall(
                "Packages must be installed and this is neither root nor a user with sudo. "
                f"As root, run: apt-get {' '.join(arguments)}"
            )
        command = [sudo, *([] if sys.stdin.isatty() else ["-n"]), *command]
    done = subprocess.run(command, check=False, capture_output=True, text=True, stdin=None)
    if done.returncode != 0:
        sys.stderr.write(done.stdout[-2000:] + done.stderr[-2000:])
    return done.returncode


def _systemd() -> bool:
    return Path("/run/systemd/system").is_dir()


def _active(service: str) -> bool:
    """Tell whether a system service ran before us: such a one is never touched."""
    if not _systemd():
        return False
    command = ["systemctl", "is-active", "--quiet", service]
    return subprocess.run(command, check=False).returncode == 0


def _leave_stopped(service: str) -> None:
    """Stop and disable a system service that a package started though it did not run before."""
    if not _systemd() or not _active(service):
        return
    command = ["systemctl", "disable", "--now", "--quiet", service]
    prefix = [] if os.geteuid() == 0 else [find("sudo") or "sudo"]
    subprocess.run([*prefix, *command], check=False)
