"""`make doctor`: look for what is wrong; each failed check comes with its remedy."""

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from infra.native import model, system_packages
from infra.native.plan import BadSetting, Plan, read_plan
from infra.native.readiness import reason
from infra.native.running import INNER, health
from infra.native.say import say
from infra.native.supervisor import Supervisor
from infra.native.taken import refuse_taken_ports
from infra.native.watchers import our_processes

LEAST_DISK = 2 * model.GIGABYTE
LEAST_MEMORY = 2 * model.GIGABYTE


@dataclass(frozen=True)
class Finding:
    """The outcome of one check; remedy is empty when all is well."""

    check: str
    fault: str = ""
    remedy: str = ""


def findings(plan: Plan) -> Iterator[Finding]:
    """Yield one finding a check, also for those that pass."""
    yield from machine(plan)
    supervisor = Supervisor(plan)
    if supervisor.runs():
        yield Finding("supervisor runs")
        yield from parts(plan, supervisor)
    else:
        yield from stopped(plan)
    yield from secrets(plan)


def machine(plan: Plan) -> Iterator[Finding]:
    """Check what the machine offers."""
    missing = [need.package for need in system_packages.missing(system_packages.SERVERS)]
    yield verdict(
        "packages are installed", not missing, f"missing: {', '.join(missing)}", "make up"
    )
    free = shutil.disk_usage(plan.root).free
    yield verdict(
        "disk has room", free > LEAST_DISK, f"{free // 1_000_000} MB left", "free some disk space"
    )
    memory = model.free_memory()
    yield verdict(
        "memory is free",
        memory > LEAST_MEMORY,
        f"{memory // 1_000_000} MB left",
        "end other programs, or set OPENAI_BASE_URL so that no local model runs",
    )
    built = (plan.root / "frontend" / "dist" / "index.html").exists()
    yield verdict("client is built", built, "frontend/dist is missing", "make up")


def parts(plan: Plan, supervisor: Supervisor) -> Iterator[Finding]:
    """Check each part of the running system."""
    for part in health(plan, supervisor).parts:
        fault = part.note or "it does not answer"
        if part.name in INNER:
            fault = reason(f"http://127.0.0.1:{plan.port(INNER[part.name])}/readyz")
        remedy = f"read {plan.logs / part.name}.log, then make up"
        yield verdict(f"{part.name} is ready", part.ready, fault, remedy)


def stopped(plan: Plan) -> Iterator[Finding]:
    """Check what would keep the next start from working."""
    yield Finding("supervisor runs", "Warren does not run here", "make up")
    strays = our_processes(plan.run)
    yield verdict("no strays are left", not strays, f"processes {strays}", "make down")
    yield attempt("ports are free", lambda: refuse_taken_ports(plan))


def secrets(plan: Plan) -> Iterator[Finding]:
    """Check that nobody else can read the passwords. Compose's lie open in a closed folder."""
    open_files = [
        str(path)
        for path in plan.secrets.rglob("*")
        if path.is_file() and path.parent.name != "compose" and path.stat().st_mode & 0o077
    ]
    remedy = f"chmod -R go= {plan.secrets}"
    yield verdict("secrets are private", not open_files, ", ".join(open_files), remedy)


def verdict(check: str, holds: bool, fault: str, remedy: str) -> Finding:
    """Return the finding of a check that holds or does not."""
    return Finding(check) if holds else Finding(check, fault, remedy)


def attempt(check: str, action: Callable[[], None]) -> Finding:
    """Return the finding of a check whose error text says both fault and remedy."""
    try:
        action()
    except BadSetting as exc:
        return Finding(check, str(exc), "as said")
    return Finding(check)


def main() -> None:
    """Print each check; exit status 1 when one failed."""
    faults = 0
    for finding in findings(read_plan()):
        if finding.remedy:
            faults += 1
            say(f"FAIL  {finding.check}: {finding.fault}\n      remedy: {finding.remedy}")
        else:
            say(f"ok    {finding.check}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
