"""Reply: the draft is ready to be said."""

from warren.contracts.base import JsonObject
from warren.step.errors import Permanent
from warren.step.kinds.strict import NoConfig
from warren.step.step import Step


class Reply(Step):
    """Turn `draft` into `reply`: it is posted as soon as this step returns."""

    Config = NoConfig

    async def process(self, payload: JsonObject) -> JsonObject:
        """Set reply. Without a draft nothing changes; an empty draft is an error, never a message.

        An answer that was all metadata leaves nothing to say and is no error: the draft goes, later
        steps may still reply from `metadata`.
        """
        if "draft" not in payload:
            self.log.warning("nothing to reply: there is no draft", event_name="step.no_draft")
            return payload
        draft = payload["draft"]
        if not str(draft.get("body") or "").strip():
            if "metadata" not in payload:
                raise Permanent("there is nothing to say: draft.body is empty")
            del payload["draft"]
            return payload
        payload["reply"] = {**draft, "metadata": draft.get("metadata") or {}}
        return payload


if __name__ == "__main__":
    Reply.main()
