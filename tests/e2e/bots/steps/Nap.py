import asyncio

from warren.step import Step


class Nap(Step):
    """Wait a while, as slow work would."""

    activity = "napping"

    async def process(self, payload):
        await asyncio.sleep(self.config.seconds)
        payload["napped"] = self.config.seconds
        return payload
