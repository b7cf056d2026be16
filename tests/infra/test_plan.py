"""The plan of `make up`: whose setting wins, what is refused, what is never written down."""

import json
from pathlib import Path

import pytest

from infra.native.plan import (
    SETTINGS,
    BadSetting,
    Plan,
    choose,
    differences,
    parse_dotenv,
    read_plan,
    read_saved,
)
from infra.native.secret_files import ensure_passwords
from infra.native.up import refuse_other_settings, write_secrets


def make_plan(root: Path, **values: str) -> Plan:
    return Plan(root, {**SETTINGS, **values})


@pytest.mark.parametrize(
    ("environment", "dotenv", "saved", "port"),
    [
        ({}, {}, {}, "8080"),
        ({}, {}, {"PORT": "8081"}, "8081"),
        ({}, {"PORT": "8082"}, {"PORT": "8081"}, "8082"),
        ({"PORT": "8083"}, {"PORT": "8082"}, {"PORT": "8081"}, "8083"),
        ({"PORT": ""}, {"PORT": "8082"}, {}, "8082"),
    ],
)
def test_the_nearest_setting_wins(
    environment: dict[str, str], dotenv: dict[str, str], saved: dict[str, str], port: str
) -> None:
    assert choose(environment, dotenv, saved)["PORT"] == port


def test_dotenv_lines_are_read_with_quotes_comments_and_export() -> None:
    text = "# a comment\nPORT=9000\nexport OPENAI_API_KEY='k=1'\n\nnot a setting\n #X=1\n"

    assert parse_dotenv(text) == {"PORT": "9000", "OPENAI_API_KEY": "k=1"}


@pytest.mark.parametrize("value", ["http", "0", "70000", "-1"])
def test_a_bad_port_is_named_with_an_example(tmp_path: Path, value: str) -> None:
    with pytest.raises(BadSetting, match=r"PORT=.* is not a port\. Example: PORT=8080"):
        make_plan(tmp_path, PORT=value).port("PORT")


def test_a_key_is_never_written_down(tmp_path: Path) -> None:
    plan = make_plan(tmp_path, OPENAI_API_KEY="secret", PORT="8099")

    plan.save()

    assert "secret" not in plan.saved_file.read_text()
    assert json.loads(plan.saved_file.read_text())["PORT"] == "8099"
    assert read_plan(tmp_path, {}).port("PORT") == 8099


@pytest.mark.parametrize(
    ("saved", "asked", "lines"),
    [
        ({}, {}, []),
        ({}, {"PORT": "8080"}, []),
        ({"OPENAI_API_KEY": "sk-old"}, {"OPENAI_API_KEY": "sk-old"}, []),
        ({}, {"OPENAI_API_KEY": "sk-new"}, ["OPENAI_API_KEY: given only now"]),
        (
            {"OPENAI_API_KEY": "sk-old"},
            {"OPENAI_API_KEY": "sk-new"},
            ["OPENAI_API_KEY: another one"],
        ),
        ({}, {"BIND": "0.0.0.0"}, ["BIND: 127.0.0.1, asked for 0.0.0.0"]),
        ({}, {"LOG_LEVEL": "debug"}, ["LOG_LEVEL: info, asked for debug"]),
        ({}, {"PUBLIC_URL": "https://a"}, ["PUBLIC_URL: not set, asked for https://a"]),
        (
            {"RUNNERS": "4"},
            {"RUNNERS": "1", "PORT": "90"},
            ["PORT: 8080, asked for 90", "RUNNERS: 4, asked for 1"],
        ),
    ],
)
def test_settings_other_than_the_running_ones_are_named(
    tmp_path: Path, saved: dict[str, str], asked: dict[str, str], lines: list[str]
) -> None:
    found = differences({**SETTINGS, **asked}, {**SETTINGS, **saved})

    assert found == lines
    assert "sk-" not in repr(found)


def test_what_runs_keeps_its_settings_and_key_where_none_are_given(tmp_path: Path) -> None:
    running = make_plan(tmp_path, OPENAI_API_KEY="sk-1", LOG_LEVEL="debug")
    write_secrets(running, ensure_passwords(running.secrets))
    running.save()

    plan = read_plan(tmp_path, {})

    assert plan.values["OPENAI_API_KEY"] == "sk-1"
    assert differences(plan.values, read_saved(plan.run)) == []
    with pytest.raises(BadSetting, match=r"LOG_LEVEL: debug, asked for info(.|\n)*make down"):
        refuse_other_settings(read_plan(tmp_path, {"LOG_LEVEL": "info"}))


def test_nothing_noted_is_nothing_to_differ_from(tmp_path: Path) -> None:
    refuse_other_settings(read_plan(tmp_path, {"PORT": "9000", "OPENAI_API_KEY": "sk-1"}))


@pytest.mark.parametrize(
    ("key", "url", "wanted"), [("", "", True), ("k", "", False), ("", "http://x", False)]
)
def test_the_local_model_answers_only_where_nothing_else_is_set(
    tmp_path: Path, key: str, url: str, wanted: bool
) -> None:
    plan = make_plan(tmp_path, OPENAI_API_KEY=key, OPENAI_BASE_URL=url)

    assert plan.wants_local_model is wanted


@pytest.mark.parametrize(
    ("port", "url", "public"),
    [
        ("9000", "", "http://localhost:9000"),
        ("80", "", "http://localhost"),
        ("8080", "", "http://localhost:8080"),
        ("9000", "https://a.example", "https://a.example"),
        ("9000", "https://a.example:443", "https://a.example"),
        ("9000", "https://a.example:443/", "https://a.example/"),
        ("9000", "https://a.example:80", "https://a.example:80"),
        ("9000", "http://[::1]:80", "http://[::1]"),
        ("9000", "http://a.example:443", "http://a.example:443"),
    ],
)
def test_the_public_address_is_what_browsers_name(
    tmp_path: Path, port: str, url: str, public: str
) -> None:
    assert make_plan(tmp_path, PORT=port, PUBLIC_URL=url).public_url == public
