"""Mend: propose a change to the file of a bot that failed, and a test. Used by mechanic.yaml."""

import yaml

from warren.step import Step
from warren.step.errors import Permanent

MAX_TIMEOUT_SECONDS = 1200
MAX_ATTEMPTS = 10


class Mend(Step):
    """Add a proposal to the draft: a changed bot file and a test, for a person to decide on."""

    activity = "drafting a fix"

    async def process(self, payload):
        """Set draft.metadata.proposal {bot, yaml, case, group, why} and say in the draft what it
        is."""
        facts = payload.get("dead_letter")
        if facts is None:
            raise Permanent("there is no dead letter to mend: the bot's file needs `on: dead_letter`")
        bot = yaml.safe_load(facts["yaml"]) if facts.get("yaml") else None
        step = step_of(bot, facts.get("step"))
        why = change(step, facts) if step is not None else None
        proposal = {
            "bot": facts.get("bot"),
            "yaml": yaml.safe_dump(bot, sort_keys=False, allow_unicode=True) if why else None,
            "case": facts.get("case"),
            "group": facts.get("group"),
            "why": why or "No change of the file would help: look at the step itself.",
        }
        draft = payload["draft"]
        draft["metadata"] = {**(draft.get("metadata") or {}), "proposal": proposal}
        draft["body"] = f"{draft['body'].strip()}\n\n{in_words(facts, proposal)}".strip()
        return payload


def step_of(bot, wanted):
    """Return the failed step of a bot file, or None."""
    for step in (bot or {}).get("steps", []):
        if (step.get("id") or step["class"].lower()) == wanted:
            return step
    return None


def change(step, facts):
    """Change the step so that the same trouble does less harm; return what was done."""
    reason, error = facts.get("reason"), facts["error"]["type"]
    if reason == "timeout":
        before = step.get("timeout_seconds", 60)
        after = min(before * 2, MAX_TIMEOUT_SECONDS)
        if after > before:
            step["timeout_seconds"] = after
            return f"The step may take {after:g} s instead of {before:g} s."
    if error in ("Retryable", "RateLimited", "ConnectionError", "ConnectError", "HTTPStatusError"):
        before = step.get("retry", {}).get("attempts", 4)
        if before < MAX_ATTEMPTS:
            step["retry"] = {"attempts": min(before + 3, MAX_ATTEMPTS)}
            return f"The step is tried {step['retry']['attempts']} times instead of {before}."
    if step.get("on_error", "dead_letter") == "dead_letter":
        step["on_error"] = "ask_human"
        return "When the step fails, a person is asked for what it should have written."
    return None


def in_words(facts, proposal):
    """Return what is proposed, in plain words."""
    lines = [f"Letter {facts['reference']}, {facts['count']} open.", f"Proposal: {proposal['why']}"]
    if proposal["yaml"]:
        lines.append("The changed file is attached; nothing is saved until a person does it.")
    if proposal["case"]:
        lines.append("A test that shows the failure is attached, too.")
    return "\n".join(lines)


if __name__ == "__main__":
    Mend.main()
