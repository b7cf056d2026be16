"""Second half of the native `make up`: start everything in order and wait until it is healthy.

Servers, migrations, services, runners, Caddy; each wait is bounded and names the log to read.
Starting what runs already changes nothing.
"""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from infra.native import client, model
from infra.native.down import end_strays
from infra.native.plan import BadSetting, Plan, differences, read_plan, read_saved
from infra.native.processes import NotReady, await_ready
from infra.native.readiness import answers_ok
from infra.native.running import Health, health
from infra.native.say import say, step, stop
from infra.native.secret_files import ensure_passwords, service_secrets, write_service_secrets
from infra.native.servers import (
    ensure_databases,
    postgres_server,
    postgres_watcher,
    rabbit_node,
    rabbit_watchers,
)
from infra.native.supervisor import Supervisor
from infra.native.taken import refuse_taken_ports
from infra.native.watchers import Watcher, caddy_watcher, model_watcher, service_watchers

SERVER_SECONDS = 120.0
SERVICE_SECONDS = 60.0
MODEL_SECONDS = 90.0
MIGRATED = ("chat_api", "registry")


def up(plan: Plan) -> None:
    """Bring everything up. Raises NotReady, BadSetting; returns when all is healthy."""
    supervisor = Supervisor(plan)
    if supervisor.runs():
        refuse_other_settings(plan)
    if supervisor.runs() and health(plan, supervisor).all_ready:
        finish(plan, "Warren runs already.")
        return
    began = time.monotonic()
    if not supervisor.runs():
        end_strays(plan.run)
        refuse_taken_ports(plan)
    if not client.ensure_built(plan.root / "frontend", step):
        raise NotReady("The client could not be built; npm's words are above.")
    model_file = local_model(plan)
    passwords = ensure_passwords(plan.secrets)
    write_secrets(plan, passwords)
    plan.save()
    if not supervisor.runs():
        supervisor.start()
    start_servers(plan, supervisor, passwords)
    migrate(plan)
    start_services(plan, supervisor, model_file)
    finish(plan, f"Warren is up ({time.monotonic() - began:.0f} s).")
    if plan.wants_local_model and model_file is None:
        say(model.HELP)


def refuse_other_settings(plan: Plan) -> None:
    """Raise BadSetting when the running system was started with settings other than asked for."""
    differing = differences(plan.values, read_saved(plan.run))
    if differing:
        lines = "".join(f"\n  {line}" for line in differing)
        raise BadSetting(
            f"It runs already, with other settings, and was left as it is:{lines}\n"
            "To apply them: make down, then the same make up again. "
            "The number of runners changes live: make scale n=4"
        )


def finish(plan: Plan, line: str) -> None:
    """Say that all is well, and where."""
    say(f"\n{line} Open {plan.public_url}")


def local_model(plan: Plan) -> Path | None:
    """Return the model's file, None when another server answers or no model can be had."""
    if not plan.wants_local_model:
        return None
    try:
        return model.ensure(plan.values, step)
    except model.NoModel as exc:
        say(f"  ! {exc}")
        return None


def write_secrets(plan: Plan, passwords: Mapping[str, str]) -> None:
    """Hand each service its own secrets as files."""
    write_service_secrets(
        plan.secrets,
        service_secrets(
            passwords,
            f"127.0.0.1:{plan.port('RABBITMQ_PORT')}",
            f"127.0.0.1:{plan.port('POSTGRES_PORT')}",
            plan.values["OPENAI_API_KEY"],
        ),
    )


def start_servers(plan: Plan, supervisor: Supervisor, passwords: Mapping[str, str]) -> None:
    """Start RabbitMQ and PostgreSQL side by side, wait for both, make the databases."""
    node, database = rabbit_node(plan, passwords), postgres_server(plan, passwords)
    step("starting RabbitMQ and PostgreSQL")
    node.prepare()
    database.prepare()
    for watcher in (*rabbit_watchers(node), postgres_watcher(database)):
        supervisor.add(watcher)
    await_ready(database.ready, "PostgreSQL", plan.logs / "postgres.log", SERVER_SECONDS)
    ensure_databases(database, passwords)
    await_ready(node.ready, "RabbitMQ", plan.logs / "rabbitmq.log", SERVER_SECONDS)


def migrate(plan: Plan) -> None:
    """Bring both databases to the schema of the code; nothing to do takes a second."""
    step("migrating the databases")
    for package in MIGRATED:
        folder = plan.secrets / package.replace("_", "-")
        environment = {**os.environ, "SECRETS_DIR": str(folder)}
        environment["DATABASE_URL"] = (folder / "DATABASE_URL").read_text()
        log = plan.logs / f"{package.replace('_', '-')}-migrate.log"
        with log.open("ab") as output:
            done = subprocess.run(
                [str(plan.python), "-m", f"{package}.migrate"],
                check=False,
                cwd=plan.root,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        if done.returncode != 0:
            raise NotReady(f"The migration of {package} failed; read {log}")


def start_services(plan: Plan, supervisor: Supervisor, model_file: Path | None) -> None:
    """Start our services, then the runners, then the web address; wait for each."""
    *services, runner = service_watchers(plan, local_model=model_file is not None)
    if model_file is not None:
        step(f"starting the local language model {model_file.name}")
        supervisor.add(model_watcher(plan, model_file))
    step(f"starting {', '.join(watcher.name for watcher in services)}")
    for watcher in services:
        supervisor.add(watcher)
    for watcher in services:
        url = f"http://127.0.0.1:{watcher.environment['INNER_PORT']}/readyz"
        wait(plan, watcher, lambda url=url: answers_ok(url), SERVICE_SECONDS)
    if model_file is not None:
        url = f"http://127.0.0.1:{plan.port('LLM_PORT')}/health"
        wait(plan, model_watcher(plan, model_file), lambda: answers_ok(url), MODEL_SECONDS)
    step(f"starting {runner.count} bot-runners and the web address")
    supervisor.add(runner)
    caddy = caddy_watcher(plan)
    supervisor.add(caddy)
    wait(plan, runner, lambda: runners_ready(plan, supervisor), SERVICE_SECONDS)
    site = f"http://127.0.0.1:{plan.port('PORT')}/"
    wait(plan, caddy, lambda: answers_ok(site), SERVICE_SECONDS)


def runners_ready(plan: Plan, supervisor: Supervisor) -> bool:
    """Tell whether as many runners are ready as should run."""
    state: Health = health(plan, supervisor)
    return state.runners_ready >= state.runners_wanted


def wait(plan: Plan, watcher: Watcher, ready: Callable[[], bool], seconds: float) -> None:
    """Wait for one watcher. Raises NotReady with the end of its log."""
    await_ready(ready, watcher.name, plan.logs / f"{watcher.name}.log", seconds)


@contextmanager
def alone(plan: Plan) -> Iterator[None]:
    """Hold the clone's lock, so that two `make up` at once do not race. Raises NotReady."""
    plan.run.mkdir(parents=True, exist_ok=True)
    with (plan.run / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotReady("Another make up is at work in this clone: wait for it.") from None
        yield


def main() -> None:
    """Bring everything up, or say in plain words why not."""
    try:
        plan = read_plan()
        with alone(plan):
            up(plan)
    except (NotReady, BadSetting) as exc:
        stop(f"Warren is not up as asked. {exc}")
    except KeyboardInterrupt:
        stop("Interrupted. What was started keeps running: make up goes on, make down ends it.")


if __name__ == "__main__":
    sys.exit(main())
