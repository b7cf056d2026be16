"""Approve: a person reads the draft before anybody sees it. See docs/how-to/steps/approve.md."""

from pydantic import Field

from warren.contracts.base import JsonObject
from warren.step.errors import Permanent, WaitForPerson
from warren.step.kinds.strict import StrictConfig
from warren.step.shape import is_object
from warren.step.step import Step


class Approve(Step):
    """Show the draft to a person and go on with what they approve, as it was or edited."""

    activity = "waiting for approval"

    class Config(StrictConfig):
        approver: str | None = Field(
            default=None,
            pattern=r"^[a-z][a-z0-9_.-]{1,62}$",
            description="A username, or `asker`: the person who asks. Default: the bot's approver,"
            " else the operators.",
            examples=["ana", "asker"],
        )

    async def process(self, payload: JsonObject) -> JsonObject:
        """Ask with draft.body; with the answer set draft to what was approved.

        Raises WaitForPerson the first time, Permanent when there is nothing to approve.
        """
        draft = payload.get("draft")
        if not is_object(draft) or not str(draft.get("body") or "").strip():
            raise Permanent("there is nothing to approve: draft.body is empty")
        if self.answer is None:
            raise WaitForPerson(
                str(draft["body"]),
                kind="approval",
                to=self.config.approver,
                metadata=_object(draft.get("metadata")),
            )
        if self.answer.kind != "approved":
            raise Permanent(f"the answer is no approval, but {self.answer.kind}")
        payload["draft"] = {**draft, **self.answer.value}
        return payload


def _object(value: object) -> JsonObject:
    return value if is_object(value) else {}


if __name__ == "__main__":
    Approve.main()
