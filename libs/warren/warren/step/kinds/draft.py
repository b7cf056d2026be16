"""Draft: begin the answer. An empty reply from the bot to the person, for later steps to fill."""

from warren.contracts.base import JsonObject
from warren.step.kinds.strict import NoConfig
from warren.step.step import Step


class Draft(Step):
    """Begin the answer: puts an empty reply from the bot to the person into `draft`."""

    Config = NoConfig

    async def process(self, payload: JsonObject) -> JsonObject:
        """Set draft {user, recipient, body, metadata}. The last message is the one that is
        answered.
        """
        last = payload["messages"][-1]
        payload["draft"] = {
            "user": last["recipient"],
            "recipient": last["user"],
            "body": "",
            "metadata": {},
        }
        return payload


if __name__ == "__main__":
    Draft.main()
