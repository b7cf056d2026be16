"""Start the gateway: `python -m gateway_ws`. SIGTERM closes all sockets 1012 and ends in 5 s."""

import asyncio

import uvloop

from gateway_ws.asking import Asking
from gateway_ws.gateway import STOP_SECONDS, Gateway
from gateway_ws.settings import Settings
from warren.app.inner import inner_app
from warren.app.inner_client import ChatApiInner, InnerClient
from warren.app.serve import Listener, serve, stop_event
from warren.logging import configure


async def main(settings: Settings) -> None:
    """Run until SIGTERM."""
    stop = stop_event()
    client = InnerClient(settings.chat_api_inner_url, settings.service_token.get_secret_value())
    gateway = Gateway(settings, Asking(ChatApiInner(client)))
    inner = inner_app("gateway-ws", [gateway.not_ready])
    listener = Listener(inner, settings.http_host, settings.inner_port)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(serve([listener], stop))
            sockets = tasks.create_task(gateway.run(stop))
            await stop.wait()
            await asyncio.wait([sockets], timeout=STOP_SECONDS + 0.5)
            sockets.cancel()  # still waiting for a broker, or for a reader that is gone
    finally:
        await client.close()


if __name__ == "__main__":
    configured = Settings.read()
    configure("gateway-ws", configured.log_level, configured.log_format)
    uvloop.run(main(configured))
