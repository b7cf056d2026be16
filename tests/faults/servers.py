"""Ways to take the broker and the database away and to bring them back, without stopping the test's
own loop.

Servers are started by the main thread: the kernel ends them with the thread that started them.
"""

import asyncio
import os
import signal
import subprocess

from infra.native.postgres import PostgresServer
from infra.native.processes import end, spawn
from infra.native.rabbitmq import SERVER, RabbitNode

BACK_SECONDS = 120.0


async def kill_broker(node: RabbitNode) -> None:
    """SIGKILL the broker, as a crash would."""
    assert node._server is not None
    os.killpg(node._server.pid, signal.SIGKILL)
    await asyncio.to_thread(node._server.wait, 30)
    node._server = None


async def stop_broker(node: RabbitNode) -> None:
    """Stop the broker cleanly. Its data stays."""
    await asyncio.to_thread(node.stop)


async def start_broker(node: RabbitNode) -> None:
    """Start it again; return when it answers."""
    await asyncio.to_thread(node.stop)  # what a kill left: the port mapper
    node.prepare()
    node._epmd = spawn(node.epmd_command(), node.log, node.environment(), with_parent=True)
    node._server = spawn(node.command(), node.log, node.environment(), with_parent=True)
    async with asyncio.timeout(BACK_SECONDS):
        while not await asyncio.to_thread(node.ready):
            await asyncio.sleep(0.2)


async def control_broker(node: RabbitNode, *arguments: str) -> None:
    """Run rabbitmqctl on the node."""
    environment = node.environment()
    command = [str(SERVER.with_name("rabbitmqctl")), "-n", environment["RABBITMQ_NODENAME"]]
    await asyncio.to_thread(
        subprocess.run,
        [*command, *arguments],
        env=environment,
        check=True,
        capture_output=True,
        timeout=60,
    )


async def stop_postgres(server: PostgresServer, how: signal.Signals = signal.SIGINT) -> None:
    """End the database: SIGINT cuts connections, SIGQUIT is a crash. Its data stays."""
    assert server._process is not None
    await asyncio.to_thread(end, server._process, 30, how)
    server._process = None


async def start_postgres(server: PostgresServer) -> None:
    """Start it again; return when it takes connections.

    From now on a commit survives a crash: the tests' server is quicker and does not promise that.
    """
    command = [*server.command(), "-c", "synchronous_commit=on"]
    server._process = spawn(command, server.log, with_parent=server.user is None)
    async with asyncio.timeout(BACK_SECONDS):
        while not await asyncio.to_thread(server.ready):
            await asyncio.sleep(0.1)
