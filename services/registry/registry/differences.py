"""What differs between two revisions of a bot. Pure."""

import difflib

from warren.contracts.registry import Revision, RevisionDiff, StepFileChange


def difference(before: Revision, after: Revision) -> RevisionDiff:
    """Return the unified diff of the canonical YAML and the step files that are not the same."""
    lines = difflib.unified_diff(
        before.yaml.splitlines(),
        after.yaml.splitlines(),
        before.digest[:12],
        after.digest[:12],
        lineterm="",
    )
    text = "\n".join(lines)
    return RevisionDiff(
        name=before.name,
        digest=before.digest,
        to=after.digest,
        diff=f"{text}\n" if text else "",
        step_files=_step_files(before, after),
    )


def _step_files(before: Revision, after: Revision) -> tuple[StepFileChange, ...]:
    old = {one.class_name: one.sha256 for one in before.sources}
    new = {one.class_name: one.sha256 for one in after.sources}
    found: list[StepFileChange] = []
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            found.append(StepFileChange(class_name=name, change="removed"))
        elif name not in old:
            found.append(StepFileChange(class_name=name, change="added"))
        elif old[name] != new[name]:
            found.append(StepFileChange(class_name=name, change="changed"))
    return tuple(found)
