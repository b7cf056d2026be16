"""What circus is told, from the plan alone."""

import signal
from pathlib import Path

import pytest

from infra.native.down import stop_order
from infra.native.plan import SETTINGS, Plan
from infra.native.secret_files import ensure_passwords
from infra.native.supervisor import LONGEST_SOCKET_PATH, daemon_config, socket_folder
from infra.native.up import write_secrets
from infra.native.watchers import (
    DRAIN_SECONDS,
    Watcher,
    caddy_watcher,
    inherited,
    mine,
    options,
    runner_name,
    runner_watcher,
    service_watchers,
)

PLAN = Plan(Path("/clone"), SETTINGS)


def by_name(*, local_model: bool = False, plan: Plan = PLAN) -> dict[str, Watcher]:
    return {one.name: one for one in service_watchers(plan, local_model=local_model)}


@pytest.mark.parametrize(
    ("name", "port", "inner"),
    [
        ("chat-api", "8001", "9001"),
        ("gateway-ws", "8002", "9002"),
        ("registry", "8003", "9003"),
    ],
)
def test_services_listen_where_the_design_says(name: str, port: str, inner: str) -> None:
    environment = by_name()[name].environment

    assert (environment["HTTP_PORT"], environment["INNER_PORT"]) == (port, inner)
    assert environment["SECRETS_DIR"] == f"/clone/.run/secrets/{name}"


def test_services_are_started_as_modules_of_the_virtual_environment() -> None:
    commands = {name: one.command for name, one in by_name().items()}

    assert commands["bot-runner"] == ("/clone/.venv/bin/python", "-m", "bot_runner")
    assert commands["gateway-ws"][1:] == ("-m", "gateway_ws")


@pytest.mark.parametrize(
    ("local_model", "settings", "url"),
    [
        (True, {}, "http://127.0.0.1:26740/v1"),
        (False, {}, None),
        (True, {"OPENAI_BASE_URL": "http://else/v1"}, "http://else/v1"),
    ],
)
def test_only_who_runs_steps_knows_the_model(
    local_model: bool, settings: dict[str, str], url: str | None
) -> None:
    found = by_name(local_model=local_model, plan=Plan(Path("/clone"), {**SETTINGS, **settings}))

    for name in ("bot-runner", "registry"):
        assert found[name].environment.get("OPENAI_BASE_URL") == url
    for name in ("chat-api", "gateway-ws"):
        assert "OPENAI_BASE_URL" not in found[name].environment


def test_no_secret_stands_in_what_circus_is_told() -> None:
    plan = Plan(Path("/clone"), {**SETTINGS, "OPENAI_API_KEY": "sk-very-secret"})

    told = [options(one, plan) for one in service_watchers(plan, local_model=False)]

    assert "sk-very-secret" not in repr(told)
    assert "AMQP_URL" not in repr(told)


@pytest.mark.parametrize(
    ("kinds", "name"),
    [
        ("all", "bot-runner"),
        ("", "bot-runner"),
        ("Gpt", "bot-runner-gpt"),
        ("A,B", "bot-runner-a-b"),
    ],
)
def test_runners_for_own_kinds_have_a_name_of_their_own(kinds: str, name: str) -> None:
    assert runner_name(kinds) == name


def test_runners_get_time_to_drain() -> None:
    told = options(runner_watcher(PLAN, "Gpt", 3, local_model=False), PLAN)

    assert told["numprocesses"] == 3
    assert told["graceful_timeout"] == DRAIN_SECONDS >= 30
    assert told["stop_signal"] == signal.SIGTERM
    assert told["env"]["RUNNER_KINDS"] == "Gpt"


def test_chat_api_gets_longer_than_its_own_worst_stop() -> None:
    told = options(by_name()["chat-api"], PLAN)

    assert told["graceful_timeout"] == 20


@pytest.mark.parametrize(
    ("key", "url", "local_model", "in_environment", "as_file"),
    [
        ("sk-1", "", False, {}, "sk-1"),
        ("", "http://else/v1", False, {"OPENAI_BASE_URL": "http://else/v1"}, None),
        ("sk-1", "http://else/v1", False, {"OPENAI_BASE_URL": "http://else/v1"}, "sk-1"),
        (
            "",
            "",
            True,
            {"OPENAI_BASE_URL": "http://127.0.0.1:26740/v1", "OPENAI_API_KEY": "local"},
            None,
        ),
        ("", "", False, {}, None),
    ],
)
@pytest.mark.parametrize("who", ["bot-runner", "registry"])
def test_who_runs_steps_reads_the_models_address_from_the_environment_and_its_key_from_a_file(
    who: str,
    tmp_path: Path,
    key: str,
    url: str,
    local_model: bool,
    in_environment: dict[str, str],
    as_file: str | None,
) -> None:
    plan = Plan(tmp_path, {**SETTINGS, "OPENAI_API_KEY": key, "OPENAI_BASE_URL": url})

    write_secrets(plan, ensure_passwords(plan.secrets))
    environment = by_name(local_model=local_model, plan=plan)[who].environment

    openai = {name: value for name, value in environment.items() if name.startswith("OPENAI_")}
    file = Path(environment["SECRETS_DIR"]) / "OPENAI_API_KEY"
    assert openai == in_environment
    assert (file.read_text() if file.exists() else None) == as_file


def test_each_log_is_bounded_and_bears_the_watchers_name() -> None:
    told = options(caddy_watcher(PLAN), PLAN)

    log = told["stdout_stream"]
    assert log["filename"] == "/clone/.run/logs/caddy.log"
    assert log["max_bytes"] * (log["backup_count"] + 1) < 100_000_000
    assert told["max_retry"] == -1


def test_children_inherit_neither_keys_nor_what_bends_the_servers() -> None:
    given = {"PATH": "/bin", "OPENAI_API_KEY": "k", "RABBITMQ_NODENAME": "x", "PGHOST": "y"}

    kept = inherited(given, Path("/clone/.run"))

    assert kept == {"PATH": "/bin", "WARREN_RUN": "/clone/.run", "PYTHONUNBUFFERED": "1"}


@pytest.mark.parametrize(
    ("block", "ours"),
    [
        (b"A=1\0WARREN_RUN=/clone/.run\0B=2\0", True),
        (b"WARREN_RUN=/clone/.run2\0", False),
        (b"OLD_WARREN_RUN=/clone/.run\0", False),
        (b"", False),
    ],
)
def test_a_process_is_ours_by_its_mark_alone(block: bytes, ours: bool) -> None:
    assert mine(block, Path("/clone/.run")) is ours


def test_the_address_ends_first_and_the_servers_last() -> None:
    names = ["epmd", "rabbitmq", "postgres", "chat-api", "bot-runner", "caddy", "bot-runner-gpt"]

    assert stop_order(names) == [
        "caddy", "bot-runner", "bot-runner-gpt", "chat-api", "postgres", "rabbitmq", "epmd",
    ]  # fmt: skip


@pytest.mark.parametrize("run", [Path("/clone/.run"), Path("/very" + "/long" * 30 + "/.run")])
def test_the_control_socket_fits_into_the_kernels_limit(run: Path) -> None:
    folder = socket_folder(run)

    assert len(f"{folder}/control") <= LONGEST_SOCKET_PATH
    assert f"ipc://{folder}/control" in daemon_config(folder)
