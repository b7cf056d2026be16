"""From a step's class name to a ready instance: built-in kinds by name, custom ones by their file's
text.

A custom class of a built-in's name wins: a revision that carries a file for `Draft` means that
file.
"""

from functools import lru_cache

from warren.contracts.registry import Revision, StepSource
from warren.step.errors import BrokenStep
from warren.step.kinds.approve import Approve
from warren.step.kinds.ask_human import AskHuman
from warren.step.kinds.classify import Classify
from warren.step.kinds.delegate import Delegate
from warren.step.kinds.draft import Draft
from warren.step.kinds.format import Format
from warren.step.kinds.gpt import Gpt
from warren.step.kinds.guide import Guide
from warren.step.kinds.http_call import Http
from warren.step.kinds.metadata import Metadata
from warren.step.kinds.recall import Recall
from warren.step.kinds.remember import Remember
from warren.step.kinds.reply import Reply
from warren.step.kinds.send_as import SendAs
from warren.step.kinds.template import Template
from warren.step.revision import bot_of, sha256_of, step_cards
from warren.step.source import execute
from warren.step.step import Step

MAX_SOURCES = 512  # step files kept compiled in one process; an old revision's is compiled again

BUILTINS: dict[str, type[Step]] = {
    kind.__name__: kind
    for kind in (
        Draft,
        Format,
        Guide,
        Gpt,
        Metadata,
        Reply,
        Template,
        Http,
        Classify,
        Approve,
        AskHuman,
        Delegate,
        SendAs,
        Remember,
        Recall,
    )
}


def load_builtin(class_name: str) -> type[Step] | None:
    """Return the built-in class of that name, or None."""
    return BUILTINS.get(class_name)


def load_source(source: StepSource) -> type[Step]:
    """Return the class that the step file defines. The same text gives the same class, compiled
    once.

    Raises BrokenStep when the text is not what its hash says, does not run, or has no such class.
    """
    if sha256_of(source.source) != source.sha256:
        raise BrokenStep(f"the step file of {source.class_name} is not what its hash says")
    file = f"step:{source.sha256[:8]}/{source.class_name}.py"
    classes = _executed(source.source, f"warren_step_{source.sha256[:16]}", file)
    if source.class_name not in classes:
        raise BrokenStep(f"there is no step class {source.class_name} in it", file, 1)
    return classes[source.class_name]


def make_step(revision: Revision, position: int) -> Step:
    """Return the ready step at position (from 0) of a revision: config checked and completed.

    The instance holds nothing of any message, so keep it by (revision.digest, position) and use it
    for many messages at once. Raises BrokenStep when the class or its config cannot be used,
    IndexError when there is no such position. Executes custom code, so the first call of a revision
    can be slow.
    """
    bot = bot_of(revision)
    card, spec = step_cards(bot)[position], bot.steps[position]
    source = next((each for each in revision.sources if each.class_name == card.class_name), None)
    kind = load_builtin(card.class_name) if source is None else load_source(source)
    if kind is None:
        raise BrokenStep(
            f"there is no step class {card.class_name}: it is neither built in nor in the revision"
        )
    try:
        return kind(spec.config, bot.name, card.id, timezone=bot.timezone)
    except BrokenStep:
        raise
    except (Exception, SystemExit) as exc:  # user code: its own __init__ may do anything
        text = f"{card.class_name} cannot be made: {type(exc).__name__}: {exc}"
        raise BrokenStep(text) from exc


@lru_cache(maxsize=MAX_SOURCES)
def _executed(text: str, module: str, file: str) -> dict[str, type[Step]]:
    return execute(text, module, file)
