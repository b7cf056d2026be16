"""The plan of `make up`: whose setting wins, what is refused, what is never written down."""

import json
from pathlib import Path

import pytest

from infra.native.plan import SETTINGS, BadSetting, Plan, choose, parse_dotenv, read_plan


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
