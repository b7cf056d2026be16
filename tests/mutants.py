"""Proves that the tests can fail: breaks one promise at a time in a copy of the checkout, and
demands that the test that guards it fails there, and passes without. Run by `make mutants`.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("libs", "services", "tests", "infra", "bot_config", "conftest.py", "pyproject.toml")
LIMIT_SECONDS = 300.0  # of one run of one test
BROKER = "libs/warren/warren/broker"
RUNNER = "services/bot-runner/bot_runner"
CHAT = "services/chat-api/chat_api"


@dataclass(frozen=True)
class Mutant:
    """A promise taken away: old stands exactly once in file. test is the one that must notice."""

    name: str
    file: str
    old: str
    new: str
    test: str


def no_return(exchange: str, key: str, test: str, name: str) -> Mutant:
    """Return the mutant whose messages to this exchange may vanish unseen."""
    old = f"exchange={exchange},\n        key={key},\n"
    new = f"exchange={exchange},\n        mandatory=False,\n        key={key},\n"
    return Mutant(name, f"{RUNNER}/outgoing.py", old, new, test)


KILLS = "services/bot-runner/tests/test_kills.py"
RETURNS = "tests/faults/test_returns.py::test_what_comes_back_unroutable_is_sent_again"
GATE = "services/chat-api/tests/test_gate.py"
DRAFTS = "services/chat-api/tests/test_drafts.py"
MUTANTS = (
    Mutant(
        "approval is not asked for in a later run",
        f"{CHAT}/decisions/speaking.py",
        "    if not row.approval:\n",
        "    if not row.approval or row.run > 1:\n",
        f"{DRAFTS}::test_other_words_than_the_approved_ones_are_held_back_again",
    ),
    Mutant(
        "an approval counts for ever",
        f"{CHAT}/taking.py",
        "            self._spent.append(approved.decision)\n",
        "",
        f"{DRAFTS}::test_what_was_approved_is_said_once_however_often_it_is_claimed",
    ),
    Mutant(
        "decided twice",
        f"{CHAT}/decisions/cases.py",
        '    if case.status != "waiting":\n',
        "    if False:\n",
        f"{DRAFTS}::test_two_who_decide_at_once_are_one",
    ),
    Mutant(
        "takeover does not stop the bots",
        f"{CHAT}/decisions/speaking.py",
        "    if taken_by is not None:\n",
        "    if False:\n",
        "services/chat-api/tests/test_takeover.py"
        "::test_what_a_bot_still_says_is_a_draft_for_who_has_taken_over",
    ),
    Mutant(
        "ack before publish",
        f"{BROKER}/consumer.py",
        """                await self._handler(delivery)
                return acker.ack(tag)
""",
        """                acker.ack(tag)
                return await self._handler(delivery)
""",
        f"{KILLS}::test_after_a_kill_the_same_ids_come_again[before_next-2-1]",
    ),
    Mutant(
        "no inbox",
        f"{CHAT}/inbox.py",
        "return set(found.scalars())",
        "return set(ids)",
        "services/chat-api/tests/test_inbox.py::test_an_outcome_that_comes_again_is_a_double",
    ),
    Mutant(
        "no run fence at the gate",
        f"{CHAT}/turns.py",
        'return run == turn_run and state in ("running", "parked")',
        'return state in ("running", "parked")',
        f"{GATE}::test_an_outcome_of_another_run_is_late",
    ),
    Mutant(
        "no run fence at the letters",
        f"{CHAT}/letters/fate.py",
        "current = facts.run is None or facts.run == row.run",
        "current = True",
        "services/chat-api/tests/test_decisions.py::test_what_a_letter_does_to_its_turn",
    ),
    Mutant(
        "confirms off",
        f"{BROKER}/confirms.py",
        """confirm))
        return confirm
""",
        """confirm))
        confirm.set_result(None)
        return confirm
""",
        "libs/warren/tests/broker/test_confirms.py"
        "::test_a_full_queue_refuses_and_that_is_no_missing_queue",
    ),
    Mutant(
        "returns off",
        f"{BROKER}/confirms.py",
        "            if one.returned:\n",
        "            if False:\n",
        "libs/warren/tests/broker/test_publisher.py::test_a_message_that_no_queue_takes_raises",
    ),
    no_return(
        "OUTCOMES",
        "step_key(command.kind, command.bot)",
        RETURNS + "[outcomes]",
        "returns off on outcomes",
    ),
    no_return(
        "DEAD", "step_key(command.kind, command.bot)", RETURNS + "[dead]", "returns off on dead"
    ),
    no_return(
        "rung(delay_seconds)",
        "job.delivery.routing_key",
        RETURNS + "[retry]",
        "returns off on retry",
    ),
)


def copy(to: Path) -> None:
    """Copy what tests need."""
    skip = shutil.ignore_patterns("__pycache__", "node_modules", "*.egg-info")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, to / name, ignore=skip)
        else:
            shutil.copy2(source, to / name)


def environment(checkout: Path) -> dict[str, str]:
    """Return variables under which Python takes our packages from the copy."""
    packages = [checkout / "libs/warren", *sorted((checkout / "services").iterdir()), checkout]
    path = os.pathsep.join(str(one) for one in packages)
    return {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "CI": "1"}


def run(checkout: Path, *tests: str) -> str:
    """Return `passed`, `failed`, or what else became of the tests in the copy."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests],
            cwd=checkout,
            env=environment(checkout),
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"no end in {LIMIT_SECONDS:.0f} s"
    last = done.stdout.strip().splitlines()[-1:] or [done.stderr[-200:]]
    if done.returncode == 0 and re.search(r"\d+ passed", last[0]):
        return "passed"
    if done.returncode == 1 and re.search(r"\d+ failed", last[0]):
        return "failed"
    return f"exit {done.returncode}: {last[0]}\n{done.stdout[-3000:]}"


def broken(checkout: Path, mutant: Mutant) -> str:
    """Return what the guarding test says with the mutant in place, then make the copy whole."""
    file = checkout / mutant.file
    whole = file.read_text(encoding="utf-8")
    if whole.count(mutant.old) != 1:
        return f"its place stands {whole.count(mutant.old)} times in {mutant.file}"
    file.write_text(whole.replace(mutant.old, mutant.new), encoding="utf-8")
    try:
        return run(checkout, mutant.test)
    finally:
        file.write_text(whole, encoding="utf-8")


def taken_from(checkout: Path) -> bool:
    """Whether our packages come from the copy: else every mutant would survive unseen."""
    names = ("warren", "chat_api", "bot_runner", "gateway_ws", "registry")
    code = f"import {', '.join(names)}; print(*({', '.join(f'{n}.__file__' for n in names)},))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=checkout,
        env=environment(checkout),
        capture_output=True,
        text=True,
        check=True,
    )
    return all(one.startswith(str(checkout)) for one in done.stdout.split())


def main() -> int:
    """Try every mutant whose name has the given word; return 1 when one survives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("word", nargs="?", default="", help="only mutants with this in the name")
    word = parser.parse_args().word
    chosen = [one for one in MUTANTS if word in one.name]
    say = sys.stdout.write
    survivors = 0
    with tempfile.TemporaryDirectory(prefix="warren-mutants-") as folder:
        checkout = Path(folder).resolve()
        checkout.chmod(0o755)  # the database's user must pass
        copy(checkout)
        if not taken_from(checkout):
            say("the copy is not what Python takes\n")
            return 1
        whole = run(checkout, *sorted({one.test for one in chosen}))
        say(f"without a mutant: {whole}\n")
        if whole != "passed":
            return 1
        for mutant in chosen:
            began = time.monotonic()
            said = broken(checkout, mutant)
            survivors += said != "failed"
            verdict = "caught" if said == "failed" else f"SURVIVED ({said})"
            say(f"{mutant.name:36} {verdict:10} {time.monotonic() - began:5.1f} s  {mutant.test}\n")
            sys.stdout.flush()
    say(f"{len(chosen) - survivors} of {len(chosen)} mutants caught\n")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
