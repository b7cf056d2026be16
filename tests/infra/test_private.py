"""A private Warren: its ports follow each other, none twice, its data lie apart."""

from pathlib import Path

from infra.native.plan import PORTS, ROOT, Plan, choose
from infra.native.private import settings


def test_ports_follow_each_other_without_overlap() -> None:
    given = settings(Path("/data"), 21_000, 22_000)

    used = [
        int(given[variable]) + offset for variable, _, size, _ in PORTS for offset in range(size)
    ]
    assert used == list(range(21_000, 21_000 + len(used)))


def test_its_data_lie_in_the_folder_given() -> None:
    plan = Plan(ROOT, choose(settings(Path("/data"), 21_000, 22_000), {}, {}))

    assert plan.run == Path("/data")
    assert plan.saved_file == Path("/data/plan.json")
    assert plan.runners == 1
    assert plan.bots == Path("/data/bot_config")
