"""Start the registry: `python -m registry`. See README.md for its settings."""

import uvloop

from registry.service import SERVICE, run
from registry.settings import Settings
from warren.app.serve import stop_event
from warren.logging import configure


async def _main(settings: Settings) -> None:
    await run(settings, stop_event())


if __name__ == "__main__":
    read = Settings.read()
    configure(SERVICE, read.log_level, read.log_format)
    uvloop.run(_main(read))
