"""Writes `docs/reference/metrics.md` from the one catalogue of metrics."""

from collections.abc import Sequence
from pathlib import Path

from prometheus_client.metrics import MetricWrapperBase

from warren import metrics

TARGET = Path("docs/reference/metrics.md")

_HEAD = """# Metrics

Every service and runner shows them at `/metrics` on its inner port, in Prometheus' text format.
Those that a service has nothing to do with stay at 0 or absent there.
Written by `python -m warren.generate` from `warren/metrics.py`; do not edit.

| metric | kind | labels | what |
|---|---|---|---|
"""


def render(root: Path) -> str:
    """Return the text of the page. root is not needed: it comes from the catalogue alone."""
    found = [one for one in vars(metrics).values() if isinstance(one, MetricWrapperBase)]
    return _HEAD + "".join(sorted(_row(one) for one in found))


def _row(metric: MetricWrapperBase) -> str:
    described = next(iter(metric.describe()))
    name = described.name + ("_total" if described.type == "counter" else "")
    labels = ", ".join(f"`{one}`" for one in _labels(metric))
    return f"| `{name}` | {described.type} | {labels} | {described.documentation} |\n"


def _labels(metric: MetricWrapperBase) -> Sequence[str]:
    return getattr(metric, "_labelnames", ())  # the library tells them in no public way
