from warren.step import Step


class Break(Step):
    """Fail for good."""

    async def process(self, payload):
        raise ValueError("this step always breaks")
