"""KidsJournalEntry: turn the metadata of a journal talk into an entry, as a second message."""

import json
import re
from datetime import datetime

from warren.step import Step


class KidsJournalEntry(Step):
    """Turn the `metadata` that the model left into a journal entry, sent as a message of its own.

    Without metadata, or with nothing in it that the child told, there is no entry.
    """

    activity = "writing the journal"

    async def process(self, payload):
        noted = self._noted(payload.get("metadata"))
        asked = payload["messages"][-1]
        said = " ".join(each["body"] for each in payload["messages"] if each["user"] == asked["user"])
        good_things = [
            thing for thing in self._texts(noted.get("thankful_for")) if self._was_told(thing, said)
        ]
        if not good_things:
            return payload
        today = datetime.now(self.timezone)
        lines = [
            f"**{asked['user']}'s journal, {today.day} {today:%B %Y}**",
            "",
            *(f"- {thing}" for thing in good_things),
            "",
            "Not quite right? Tell me again in other words.",
        ]
        payload["reply"] = {
            "user": asked["recipient"],
            "recipient": asked["user"],
            "body": "\n".join(lines),
            "metadata": noted,
        }
        return payload

    def _noted(self, metadata):
        """Return the metadata as a dict; an empty one when the model forgot it."""
        noted = json.loads(metadata) if isinstance(metadata, str) else {}
        return noted if isinstance(noted, dict) else {}

    def _texts(self, value):
        """Return what stands in value as texts; models give one text, a list, or nothing."""
        values = value if isinstance(value, list) else [value]
        return [" ".join(str(each).split()) for each in values if each and str(each).strip()]

    def _was_told(self, thing, said):
        """Return whether a word of thing was said: small models mix their examples in."""
        words = re.findall(r"\w{3,}", thing.lower())
        return not words or any(word in said.lower() for word in words)


if __name__ == "__main__":
    KidsJournalEntry.main()
