"""`warren bots graph`: a bot's pipeline as a picture of text, or as Mermaid for documents."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from warren.cli.load import bot_files, catalogues_of, load, revision_of
from warren.contracts.bot import BotFile, Fallback, StepSpec
from warren.contracts.registry import Revision
from warren.step.reach import reach_of
from warren.step.revision import bot_of, delegates_to, step_cards

USUAL_SECONDS, USUAL_ATTEMPTS = 60, 4  # what a step has that says nothing: not worth a word


def graph_bot(
    file: Annotated[Path, typer.Argument(help="A bot file.")],
    mermaid: Annotated[
        bool, typer.Option("--mermaid", help="As Mermaid, for a README or a wiki.")
    ] = False,
) -> None:
    """Draw a bot's pipeline: its steps in order, what each reaches, and where failures go."""
    (found,) = bot_files([file])[:1] or [file]
    revision = revision_of(load(found, catalogues_of([found])[found.parent]))
    typer.echo("\n".join(as_mermaid(revision) if mermaid else as_text(revision)))


def as_text(revision: Revision) -> Iterator[str]:
    """Yield the lines of the picture."""
    bot = bot_of(revision)
    steps = list(zip(step_cards(bot), bot.steps, strict=True))
    name = bot.persona.display_name
    yield f"{bot.name} ({name})" if name else bot.name
    yield f"  {start_of(bot)}"
    yield "  │"
    ids = max(len(card.id) for card, _ in steps)
    classes = max(len(card.class_name) for card, _ in steps)
    for number, (card, spec) in enumerate(steps, 1):
        notes = " · ".join(notes_of(revision, spec))
        line = f"  {number:>2} {card.id:<{ids}}  {card.class_name:<{classes}}  {notes}"
        yield line.rstrip()
    yield "  ▼"
    yield f"  {end_of(bot)}"


def as_mermaid(revision: Revision) -> Iterator[str]:
    """Yield the lines of a Mermaid flowchart."""
    bot = bot_of(revision)
    yield "flowchart TD"
    yield f'  start(["{_label(start_of(bot))}"])'
    before = "start"
    for number, (card, spec) in enumerate(zip(step_cards(bot), bot.steps, strict=True), 1):
        notes = "".join(f"<br/>{_label(note)}" for note in notes_of(revision, spec))
        yield f'  s{number}["{card.id} ({card.class_name}){notes}"]'
        yield f"  {before} --> s{number}"
        before = f"s{number}"
    yield f'  finish(["{_label(end_of(bot))}"])'
    yield f"  {before} --> finish"


def start_of(bot: BotFile) -> str:
    """Return what starts a turn."""
    if bot.on == "dead_letter":
        return "a new group of dead letters"
    heard = "in groups all messages" if bot.listens == "all" else "in groups when mentioned"
    return f"a person's message ({heard}), with the {bot.history} newest"


def end_of(bot: BotFile) -> str:
    """Return what becomes of what the bot says."""
    if bot.on == "dead_letter":
        return "a draft for the operators"
    if bot.reply == "draft":
        return f"a draft, until {bot.approver or 'an operator'} approves it"
    return "posted at once"


def notes_of(revision: Revision, step: StepSpec) -> list[str]:
    """Return what is worth knowing of a step: what it reaches, its limits, its way out."""
    alone = BotFile(name=revision.name, steps=(step,))
    sources = tuple(one for one in revision.sources if one.class_name == step.class_)
    only = revision.model_copy(
        update={"bot": alone.model_dump(by_alias=True, mode="json"), "sources": sources}
    )
    reaches, remembers = reach_of(only)
    notes = [f"asks {host}" for host in reaches.hosts]
    notes += ["asks the model"] if reaches.model else []
    notes += ["a person decides"] if reaches.asks_approval else []
    notes += ["a person is asked"] if step.class_ == "AskHuman" and not sources else []
    notes += ["keeps memories"] if remembers else []
    notes += [f"asks the bot {delegates_to(step)}"] if reaches.bots else []
    notes += ["your own class"] if sources else []
    if step.timeout_seconds != USUAL_SECONDS:
        notes.append(f"at most {step.timeout_seconds:g} s")
    if step.retry.attempts != USUAL_ATTEMPTS:
        notes.append(f"{step.retry.attempts} tries")
    match step.on_error:
        case Fallback():
            notes.append("failed: says a text of yours")
        case "ask_human":
            notes.append("failed: a person is asked")
        case "dead_letter":
            pass
    return notes


def _label(text: str) -> str:
    return text.replace('"', "&quot;").replace("<", "&lt;")
