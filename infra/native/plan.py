"""What `make up` will start, decided once from the environment, `.env` and the running system.

Pure: reading files happens in `read_plan`, everything else is data for the other modules.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Variable, default, number of neighbouring ports, what listens there.
PORTS: tuple[tuple[str, int, int, str], ...] = (
    ("PORT", 8080, 1, "the web address (Caddy)"),
    ("CHAT_API_PORT", 8001, 1, "chat-api"),
    ("GATEWAY_PORT", 8002, 1, "gateway-ws"),
    ("REGISTRY_PORT", 8003, 1, "registry"),
    ("CHAT_API_INNER_PORT", 9001, 1, "chat-api's inner port"),
    ("GATEWAY_INNER_PORT", 9002, 1, "gateway-ws's inner port"),
    ("REGISTRY_INNER_PORT", 9003, 1, "registry's inner port"),
    ("RABBITMQ_PORT", 26720, 5, "RabbitMQ"),
    ("POSTGRES_PORT", 26730, 1, "PostgreSQL"),
    ("LLM_PORT", 26740, 1, "the local language model"),
)
RUNNER_INNER_PORTS = 99  # a runner takes the first free one from RUNNER_INNER_PORT on
SETTINGS: Mapping[str, str] = {
    **{variable: str(default) for variable, default, _, _ in PORTS},
    "RUNNER_INNER_PORT": "9101",
    "RUNNERS": "2",
    "BIND": "127.0.0.1",
    "PUBLIC_URL": "",
    "LOG_LEVEL": "info",
    "LOG_FORMAT": "json",
    "OPENAI_API_KEY": "",
    "OPENAI_BASE_URL": "",
    "EMBEDDING_MODEL": "",
    "LOCAL_LLM_MODEL": "",
    "LOCAL_LLM_SIZE": "",
    "LOCAL_LLM_CACHE": "",
    "BOT_CONFIG_DIR": "",
    "HTTP_STEP_HOSTS": "",
    "RUN_DIR": "",
}
NEVER_SAVED = ("OPENAI_API_KEY",)


class BadSetting(Exception):
    """A variable's value cannot be used; the text names the variable and an example."""


@dataclass(frozen=True)
class Plan:
    """The settings of one running Warren. `values` holds every variable of SETTINGS."""

    root: Path
    values: Mapping[str, str]

    def port(self, variable: str) -> int:
        """Return a port by the name of its variable. Raises BadSetting."""
        text = self.values[variable]
        if not text.isdigit() or not 0 < int(text) < 65536:
            raise BadSetting(f"{variable}={text} is not a port. Example: {variable}=8080")
        return int(text)

    @property
    def runners(self) -> int:
        """How many bot-runners serve all kinds. Raises BadSetting."""
        text = self.values["RUNNERS"]
        if not text.isdigit():
            raise BadSetting(f"RUNNERS={text} is not a number. Example: RUNNERS=2")
        return int(text)

    @property
    def run(self) -> Path:
        """Return the folder of data, logs and secrets: .run, or RUN_DIR for one beside it."""
        return Path(self.values["RUN_DIR"] or self.root / ".run")

    @property
    def logs(self) -> Path:
        """Return the folder with one log a service."""
        return self.run / "logs"

    @property
    def secrets(self) -> Path:
        """Return the folder of passwords, readable by its owner only."""
        return self.run / "secrets"

    @property
    def python(self) -> Path:
        """Return the interpreter of the virtual environment."""
        return self.root / ".venv" / "bin" / "python"

    @property
    def bots(self) -> Path:
        """Return the folder of bot files."""
        return Path(self.values["BOT_CONFIG_DIR"] or self.root / "bot_config").resolve()

    @property
    def public_url(self) -> str:
        """Return the address that people type, by default http://localhost and the port."""
        url = self.values["PUBLIC_URL"] or f"http://localhost:{self.port('PORT')}"
        return without_default_port(url)

    @property
    def wants_local_model(self) -> bool:
        """Whether the local model is to answer: neither a key nor another server is set."""
        return not (self.values["OPENAI_API_KEY"] or self.values["OPENAI_BASE_URL"])

    @property
    def saved_file(self) -> Path:
        """Return where the settings of the running system are noted."""
        return self.run / "plan.json"

    def save(self) -> None:
        """Note the settings so that status, scale and down find the running system."""
        kept = {name: value for name, value in self.values.items() if name not in NEVER_SAVED}
        self.run.mkdir(parents=True, exist_ok=True)
        self.saved_file.write_text(json.dumps(kept, indent=1) + "\n")


def without_default_port(url: str) -> str:
    """Return the address as browsers name it in Origin: without :80 for http, :443 for https."""
    return re.sub(r"^(http://[^/]+):80(?=/|$)|^(https://[^/]+):443(?=/|$)", r"\1\2", url)


def choose(
    environment: Mapping[str, str], dotenv: Mapping[str, str], saved: Mapping[str, str]
) -> dict[str, str]:
    """Return each setting: from the environment, .env, the running system or the default."""
    chosen: dict[str, str] = {}
    for name, default in SETTINGS.items():
        sources = (environment.get(name), dotenv.get(name), saved.get(name))
        chosen[name] = next((value for value in sources if value), default)
    return chosen


def read_saved(run: Path) -> dict[str, str]:
    """Return the settings of the running system, its key included; empty when none is noted."""
    noted = run / "plan.json"
    if not noted.exists():
        return {}
    key = run / "secrets" / "bot-runner" / "OPENAI_API_KEY"
    return {
        **json.loads(noted.read_text()),
        "OPENAI_API_KEY": key.read_text() if key.exists() else "",
    }


def differences(chosen: Mapping[str, str], saved: Mapping[str, str]) -> list[str]:
    """Return what was asked for and is not so in the running system, a line each; never a key."""
    lines: list[str] = []
    for name, value in chosen.items():
        if saved.get(name, value) == value:
            continue
        if name in NEVER_SAVED:
            lines.append(f"{name}: {'another one' if saved[name] else 'given only now'}")
        else:
            lines.append(f"{name}: {saved[name] or 'not set'}, asked for {value}")
    return lines


def parse_dotenv(text: str) -> dict[str, str]:
    """Read NAME=value lines; quotes around a value are taken off, # begins a comment line."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and not name.startswith("#"):
            found[name.strip()] = value.strip().strip("'\"")
    return found


def read_plan(root: Path = ROOT, environment: Mapping[str, str] | None = None) -> Plan:
    """Return this clone's plan; what runs keeps its settings unless others are given."""
    dotenv = root / ".env"
    given = os.environ if environment is None else environment
    return Plan(
        root,
        choose(
            given,
            parse_dotenv(dotenv.read_text()) if dotenv.exists() else {},
            read_saved(Path(given.get("RUN_DIR") or root / ".run")),
        ),
    )
