"""What a bot-runner needs to start, read once from the environment. See README.md."""

import os
import tempfile
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr

from bot_runner.breaker import Limits
from warren.contracts.names import kind_of
from warren.settings import ServiceSettings

ALL_KINDS = "all"
INNER_PORTS = 99  # replicas on one machine: each takes the first free port from INNER_PORT on


class RunnerSettings(ServiceSettings):
    """Settings of one runner. All but AMQP_URL and SERVICE_TOKEN have a default."""

    registry_inner_url: str = "http://127.0.0.1:9003"
    chat_api_inner_url: str = "http://127.0.0.1:9001"
    inner_port: Annotated[int, Field(gt=0, lt=65_536)] = 9101
    runner_kinds: Annotated[str, Field(examples=["Gpt,Format"])] = ALL_KINDS
    runner_cache_dir: Path = Path(tempfile.gettempdir()) / "warren-revisions"
    openai_api_key: SecretStr | None = None
    openai_base_url: str | None = None
    embedding_model: Annotated[
        str,
        Field(
            min_length=1,
            description="What Remember and Recall ask for embeddings, unless a bot names another.",
        ),
    ] = "text-embedding-3-small"
    drain_seconds: Annotated[float, Field(ge=0, le=1200)] = 25.0
    still_seconds: Annotated[
        float,
        Field(
            gt=0,
            le=600,
            description="How much longer than the longest running step's timeout the event loop may"
            " stand still before the runner ends itself.",
        ),
    ] = 10.0  # a machine that swaps stands still for seconds, too
    circuit_failures: Annotated[
        int,
        Field(ge=1, le=1000, description="Failures in a row after which a host counts as away."),
    ] = 5
    circuit_window_seconds: Annotated[
        float, Field(gt=0, le=3600, description="The time within which they must have come.")
    ] = 60.0
    circuit_probe_seconds: Annotated[
        float,
        Field(
            gt=0,
            le=3600,
            description="How often each kind of step tries a host that is away: seldom enough not"
            " to hold it down.",
        ),
    ] = 10.0

    def export_model(self) -> None:
        """Put the model's key and address where steps look for them: the environment.

        Either may have come from a file in SECRETS_DIR. Child processes inherit them from here.
        """
        if self.openai_api_key and self.openai_api_key.get_secret_value():
            os.environ["OPENAI_API_KEY"] = self.openai_api_key.get_secret_value()
        if self.openai_base_url:
            os.environ["OPENAI_BASE_URL"] = self.openai_base_url
        os.environ["EMBEDDING_MODEL"] = self.embedding_model

    @property
    def circuit(self) -> Limits:
        """When a host counts as away, and how often it is tried then."""
        return Limits(
            failures=self.circuit_failures,
            window_seconds=self.circuit_window_seconds,
            probe_seconds=self.circuit_probe_seconds,
        )

    @property
    def serves_all(self) -> bool:
        """Whether this runner serves every kind that the registry names."""
        return self.runner_kinds.strip().lower() in (ALL_KINDS, "")

    @property
    def only_kinds(self) -> frozenset[str]:
        """The kinds named in RUNNER_KINDS, as classes or kinds; empty when it serves all."""
        if self.serves_all:
            return frozenset()
        named = (one.strip() for one in self.runner_kinds.split(","))
        return frozenset(kind_of(one) for one in named if one)
