"""The compose file: valid, every promise about health, rights and secrets kept by every service."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.docker.compose import environment, keep, kept, secret_values
from infra.native.plan import SETTINGS, Plan
from infra.native.secret_files import BROKER_ACCOUNTS, DATABASES
from infra.native.watchers import CHAT_API_STOP_SECONDS

ROOT = Path(__file__).parents[2]
FILE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
ONCE = {"definitions", "databases", "chat-api-migrate", "registry-migrate"}
PASSWORDS = {
    **{f"broker.{name}": f"b{name}" for name in BROKER_ACCOUNTS},
    **{f"database.{name}": f"d{name}" for name in DATABASES},
    "postgres": "p",
    "service": "s",
}


def test_it_is_valid_compose() -> None:
    checker = Path(sys.executable).with_name("check-jsonschema")
    command = [str(checker), "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_dockerfiles_pass_their_linter() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    files = sorted(str(path) for path in (ROOT / "infra/docker").glob("*.Dockerfile"))
    done = subprocess.run([str(linter), *files], capture_output=True, text=True, check=False)

    assert len(files) == 3
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_a_healthcheck_or_runs_once(name: str) -> None:
    check = SERVICES[name]["healthcheck"]

    assert ("test" in check) is (name not in ONCE)


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_gives_up_its_rights(name: str) -> None:
    service = SERVICES[name]

    assert service["cap_drop"] == ["ALL"]
    assert service["init"] is True
    assert name in ("rabbitmq", "postgres") or service["read_only"] is True
    assert name in ("rabbitmq", "postgres") or service["user"]
    assert "container_name" not in service


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_stands_in_an_environment(name: str) -> None:
    names = list(SERVICES[name].get("environment", {}))

    secret = ("PASSWORD", "KEY", "TOKEN", "AMQP_URL", "DATABASE_URL")
    assert [one for one in names if one.endswith(secret)] == []


def test_only_the_web_address_is_published_and_on_loopback() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    assert published == {"web": ["${BIND:-127.0.0.1}:${PORT:-8080}:8080"]}


def test_services_behind_the_web_address_believe_it_who_the_client_is() -> None:
    believing = {
        name
        for name, service in SERVICES.items()
        if "FORWARDED_ALLOW_IPS" in service.get("environment", {})
    }

    assert believing == {"chat-api", "registry"}
    assert all("ports" not in SERVICES[name] for name in believing)


def test_chat_api_gets_longer_than_its_own_worst_stop() -> None:
    assert SERVICES["chat-api"]["stop_grace_period"] == f"{CHAT_API_STOP_SECONDS:.0f}s"


@pytest.mark.parametrize(
    ("key", "url"), [("sk-1", ""), ("", "http://else/v1"), ("sk-1", "http://else/v1"), ("", "")]
)
@pytest.mark.parametrize("who", ["bot-runner", "registry"])
def test_who_runs_steps_gets_the_models_address_and_its_key(
    who: str, tmp_path: Path, key: str, url: str
) -> None:
    plan = Plan(tmp_path, {**SETTINGS, "OPENAI_API_KEY": key, "OPENAI_BASE_URL": url})

    service = SERVICES[who]

    assert service["environment"]["OPENAI_BASE_URL"] == "${OPENAI_BASE_URL:-}"
    assert environment(plan, None)["OPENAI_BASE_URL"] == url
    named = {"source": f"{who}.OPENAI_API_KEY", "target": "OPENAI_API_KEY"}
    assert named in service["secrets"]
    assert secret_values(PASSWORDS, key)[f"{who}.OPENAI_API_KEY"] == key


def test_every_secret_is_written_and_every_written_one_is_used() -> None:
    written = secret_values(PASSWORDS, "")

    assert set(FILE["secrets"]) == set(written)
    assert all(
        entry["file"] == f".run/secrets/compose/{name}" for name, entry in FILE["secrets"].items()
    )
    used = {
        one if isinstance(one, str) else one["source"]
        for service in SERVICES.values()
        for one in service.get("secrets", [])
    }
    assert used == set(written)


def test_no_service_is_handed_anothers_account() -> None:
    for name, service in SERVICES.items():
        for one in service.get("secrets", []):
            source = one if isinstance(one, str) else one["source"]
            owner, dot, _ = source.rpartition(".")
            assert not dot or name.startswith(owner), f"{name} is handed {source}"


def test_images_are_ordinary_tags() -> None:
    for path in (ROOT / "infra/docker").glob("*.Dockerfile"):
        text = path.read_text()
        assert "@sha256:" not in text
        assert "# syntax" not in text
        assert all("/" not in image for image in re.findall(r"^FROM (\S+)", text, re.MULTILINE))


def test_later_commands_start_runners_with_the_settings_of_the_running_system(
    tmp_path: Path,
) -> None:
    started = {"OPENAI_BASE_URL": "https://models.example/v1", "PORT": "8090", "HOME": "/somewhere"}
    assert kept(tmp_path) == {}

    keep(tmp_path, started)

    assert kept(tmp_path) == {"OPENAI_BASE_URL": "https://models.example/v1", "PORT": "8090"}
