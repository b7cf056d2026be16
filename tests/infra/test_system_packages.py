"""Debian packages: only what is missing, and a clear word where it cannot be installed."""

import pytest

from infra.native import system_packages
from infra.native.system_packages import CannotInstall, Need, install, missing

THERE = Need("there", lambda: True, "nothing")
AWAY = Need("away", lambda: False, "the broker")


def test_only_what_is_not_there_is_missing() -> None:
    assert missing((THERE, AWAY)) == [AWAY]


def test_nothing_is_said_or_done_when_all_is_there() -> None:
    said: list[str] = []

    install((THERE,), said.append)

    assert said == []


def test_another_system_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_packages, "find", lambda name: None)

    with pytest.raises(CannotInstall, match="These are missing: away"):
        install((AWAY,), lambda line: None)


def test_a_user_without_sudo_is_told_what_root_must_run(monkeypatch: pytest.MonkeyPatch) -> None:
    programs = {"apt-get": "/usr/bin/apt-get"}
    monkeypatch.setattr(system_packages, "find", programs.get)
    monkeypatch.setattr(system_packages.os, "geteuid", lambda: 1000)

    with pytest.raises(CannotInstall, match=r"As root, run: apt-get install .* away"):
        install((AWAY,), lambda line: None)
