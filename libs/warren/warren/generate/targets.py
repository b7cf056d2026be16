"""What is generated from the contracts, and whether what stands in the repository is fresh."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from warren.generate import asyncapi, bot_schema, metrics_page, settings_page, typescript


@dataclass(frozen=True)
class Target:
    """A generated file: where it stands, and its text as it should be now."""

    path: Path
    render: Callable[[Path], str]
    needs: Path | None = None

    def possible(self, root: Path) -> bool:
        """Whether what the generator needs is installed."""
        return self.needs is None or (root / self.needs).exists()

    def fresh(self, root: Path) -> bool:
        """Whether the file holds exactly what would be written now."""
        path = root / self.path
        return path.exists() and path.read_text(encoding="utf-8") == self.render(root)

    def write(self, root: Path) -> None:
        """Write the file. A second call changes nothing."""
        path = root / self.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.render(root), encoding="utf-8")


TARGETS: tuple[Target, ...] = (
    Target(bot_schema.TARGET, bot_schema.render),
    Target(bot_schema.CLIENT, bot_schema.render),
    Target(asyncapi.TARGET, asyncapi.render),
    Target(metrics_page.TARGET, metrics_page.render),
    Target(settings_page.TARGET, settings_page.render),
    Target(typescript.TARGET, typescript.render, needs=typescript.GENERATOR),
)
