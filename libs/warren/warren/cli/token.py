"""The bearer token that `warren login` keeps: one file for its owner's eyes, one line a server."""

import os
from pathlib import Path


def token_path() -> Path:
    """Return where the token is kept."""
    config = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(config) / "warren" / "token"


def kept_token(url: str) -> str | None:
    """Return the token kept for this server, or None. A token never goes to another server."""
    return _kept().get(url.rstrip("/"))


def keep_token(url: str, token: str) -> Path:
    """Keep the token, readable by its owner only; return where."""
    path = token_path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = _kept() | {url.rstrip("/"): token}
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(f"{server} {secret}\n" for server, secret in kept.items())
    fresh.replace(path)
    return path


def _kept() -> dict[str, str]:
    try:
        lines = token_path().read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    pairs = [line.split() for line in lines]
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}
