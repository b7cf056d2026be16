"""Passwords: argon2id in own threads, common ones refused, equal time for unknown users."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from pwdlib import PasswordHash

from chat_api.plain_text import refused

HASHING_THREADS = 2  # one hash takes 64 MiB and a core
_COMMON = Path(__file__).with_name("common_passwords.txt")
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm")


@cache
def common() -> frozenset[str]:
    """Return passwords that everybody tries first."""
    return frozenset(_COMMON.read_text(encoding="utf-8").split())


def check_new(password: str, username: str) -> None:
    """Raise Unprocessable when a password is among those that are tried first."""
    plain = password.casefold()
    if (
        plain in common()
        or len(set(plain)) < 3
        or any(plain in row or plain in row[::-1] for row in _ROWS)
        or plain.strip("0123456789!") == username.casefold()
    ):
        raise refused(
            "/password",
            "This password is one of the first that others would try. Choose a longer one,"
            " such as a few words that do not belong together.",
        )


class Passwords:
    """Hashes and compares. Close it at the end."""

    def __init__(self) -> None:
        self._argon2 = PasswordHash.recommended()
        self._threads = ThreadPoolExecutor(HASHING_THREADS, "argon2")
        self._nobody: str | None = None

    def close(self) -> None:
        """End the threads; what waits is dropped."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def hash(self, password: str) -> str:
        """Return the argon2id hash of a password."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._argon2.hash, password)

    async def matches(self, password: str, known: str | None) -> bool:
        """Whether a password fits its hash. Takes as long when there is no such person (None)."""
        if known is None and self._nobody is None:
            self._nobody = await self.hash("nobody has this password")
        loop = asyncio.get_running_loop()
        fits = await loop.run_in_executor(
            self._threads, self._argon2.verify, password, known or self._nobody or ""
        )
        return fits and known is not None
