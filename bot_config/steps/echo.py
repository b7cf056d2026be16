"""Echo: say what the person said. The smallest step there is; copy it to begin your own."""

from warren.step import Step


class Echo(Step):
    """Say what the person said."""

    activity = "listening"

    async def process(self, payload):
        payload["draft"]["body"] = payload["messages"][-1]["body"]
        return payload


if __name__ == "__main__":
    Echo.main()
