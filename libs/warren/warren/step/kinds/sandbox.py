"""Compile and render one Jinja template, safely and within bounds. Called by Template and its lint.

The only module, with its neighbours sandbox_*.py, that imports `jinja2`. A template sees JSON
values and what stands here; what it repeats or makes larger is paid for (see fuel.py), and tags
that load, define or recurse are refused.
"""

import traceback
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any, ClassVar

import jinja2
from jinja2 import ChainableUndefined, StrictUndefined, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

from warren.contracts.base import JsonObject
from warren.step.kinds.fuel import (
    FUEL,
    MAX_OUTPUT_BYTES,
    MAX_ROUNDS,
    MAX_WEIGHT,
    Fuel,
    TooMuch,
    measured,
    spend,
)
from warren.step.kinds.sandbox_bounds import Bounds
from warren.step.kinds.sandbox_filters import FILTERS, TESTS, shown
from warren.step.shape import is_object

MAX_COMPILED = 256  # templates kept ready in one process
MAX_POWER = 64
_CAREFUL = ("defined", "undefined", "default", "d")  # they ask whether a value is there
_TEXT_METHODS = frozenset(
    {
        "capitalize", "casefold", "count", "endswith", "find", "isalnum", "isalpha", "isdigit",
        "islower", "isnumeric", "isspace", "isupper", "lower", "lstrip", "partition",
        "removeprefix", "removesuffix", "rfind", "rpartition", "rsplit", "rstrip", "split",
        "splitlines", "startswith", "strip", "swapcase", "title", "upper",
    }
)  # fmt: skip
_METHODS: Mapping[type, frozenset[str]] = {
    str: _TEXT_METHODS,
    dict: frozenset({"get", "items", "keys", "values"}),
    list: frozenset({"count", "index"}),
    tuple: frozenset({"grouper", "list"}),  # of the filter groupby
    range: frozenset(),
    int: frozenset(),
    float: frozenset({"is_integer"}),
    type(None): frozenset(),
}


class TemplateFault(Exception):
    """A template cannot be compiled or rendered. line counts from 1 in the template."""

    def __init__(self, text: str, line: int) -> None:
        super().__init__(text)
        self.line = line


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja as bot files may use it."""

    intercepted_binops: ClassVar[frozenset[str]] = frozenset({"+", "-", "*", "/", "//", "**", "%"})  # type: ignore[reportIncompatibleVariableOverride]

    def __init__(self, undefined: type[jinja2.Undefined]) -> None:
        super().__init__(undefined=undefined, finalize=shown, trim_blocks=True, lstrip_blocks=True)
        self.filters = dict(FILTERS)
        self.tests = dict(TESTS)
        self.globals = {"range": _range, "namespace": Namespace}

    @staticmethod
    def concat(pieces: Iterable[str]) -> str:
        """Return the pieces of a text as one. Raises TooMuch as soon as it is too long."""
        kept: list[str] = []
        size = 0
        for piece in pieces:
            spend()
            size += len(piece.encode(errors="surrogatepass"))
            if size > MAX_OUTPUT_BYTES:
                raise TooMuch(f"its text is longer than {MAX_OUTPUT_BYTES // 1024} KiB")
            kept.append(measured(piece))
        return "".join(kept)

    def _generate(
        self, source: nodes.Template, name: Any, filename: Any, defer_init: bool = False
    ) -> str:
        Bounds().visit(source)
        source.set_environment(self)
        return super()._generate(source, name, filename, defer_init)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Return left operator right, refusing what a few characters could make huge."""
        spend()
        if operator == "%" and isinstance(left, str):
            raise TypeError("`%` is for numbers: use the filter `format`")
        if operator == "**" and not (isinstance(right, int | float) and abs(right) <= MAX_POWER):
            raise TooMuch(f"it raises a number to a power over {MAX_POWER}")
        if operator == "*":
            _check_product(left, right)
        return measured(super().call_binop(context, operator, left, right))

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return a key of an object, or one of the few methods that JSON values have here."""
        spend()
        if is_object(obj) and attribute in obj:
            return obj[attribute]
        methods = next((_METHODS[kind] for kind in _METHODS if isinstance(obj, kind)), None)
        if methods is not None and attribute not in methods:
            return self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return an item of a list, a key of an object, or what getattr gives."""
        spend()
        try:
            return obj[argument]
        except (TypeError, LookupError):
            if isinstance(argument, str):
                return self.getattr(obj, argument)
            return self.undefined(obj=obj, name=argument)

    def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Call a method, having paid for it and for what it makes."""
        spend()
        return measured(super().call(__context, __obj, *args, **kwargs))


@cache
def _sandbox(strict: bool) -> Sandbox:
    return Sandbox(StrictUndefined if strict else ChainableUndefined)


@lru_cache(maxsize=MAX_COMPILED)
def compile_template(source: str, strict: bool = True) -> jinja2.Template:
    """Return a template ready to render. Raises TemplateFault with the line."""
    before = FUEL.set(Fuel())  # Jinja works out constants while it compiles
    try:
        return _sandbox(strict).from_string(source)
    except TemplateSyntaxError as exc:
        raise TemplateFault(exc.message or "it cannot be read", exc.lineno) from exc
    except (RecursionError, MemoryError, SyntaxError) as exc:
        raise TemplateFault("it is nested too deeply", 1) from exc
    except TooMuch as exc:
        raise TemplateFault(str(exc), 1) from exc
    finally:
        FUEL.reset(before)


def render(template: jinja2.Template, values: JsonObject) -> str:
    """Return the text that a template makes of values. Raises TemplateFault, within a second."""
    before = FUEL.set(Fuel())
    try:
        context = template.new_context(values)
        return Sandbox.concat(template.root_render_func(context))
    except RecursionError as exc:
        raise TemplateFault("it nests values too deeply", _line(exc, template)) from exc
    except Exception as exc:  # an author's template: a wrong type, a zero, an unknown name
        raise TemplateFault(str(exc) or type(exc).__name__, _line(exc, template)) from exc
    finally:
        FUEL.reset(before)


def names_in(source: str) -> list[tuple[str, int]]:
    """Return the names that a template takes from outside, each with its first line.

    Names that are only asked for with care (`is defined`, `| default`) are left out.
    Raises TemplateFault.
    """
    compile_template(source)
    tree = _sandbox(True).parse(source)
    cared = {id(each.node) for each in tree.find_all(nodes.Test) if each.name in _CAREFUL}
    cared |= {id(each.node) for each in tree.find_all(nodes.Filter) if each.name in _CAREFUL}
    outside = meta.find_undeclared_variables(tree)
    lines: dict[str, int] = {}
    for each in tree.find_all(nodes.Name):
        if each.name in outside and id(each) not in cared:
            lines.setdefault(each.name, each.lineno)
    return sorted(lines.items(), key=lambda item: item[1])


def own_names() -> tuple[str, ...]:
    """Return the names that a template has beside the payload."""
    return tuple(_sandbox(True).globals)


def _range(*args: int) -> range:
    made = range(*args)
    if made[MAX_ROUNDS : MAX_ROUNDS + 1]:
        raise TooMuch(f"it makes a range of over {MAX_ROUNDS:,} numbers")
    return made


def _check_product(left: Any, right: Any) -> None:
    for value, times in ((left, right), (right, left)):
        if (
            isinstance(value, str | list | tuple)
            and isinstance(times, int)
            and len(value) * times > MAX_WEIGHT  # type: ignore[reportUnknownArgumentType]
        ):
            raise TooMuch(f"it makes a value of over {MAX_WEIGHT:,} items and characters")


def _line(exc: BaseException, template: jinja2.Template) -> int:
    """Return the template's line of the deepest frame in it."""
    lines = [
        line
        for frame, line in traceback.walk_tb(exc.__traceback__)
        if frame.f_code.co_filename == template.root_render_func.__code__.co_filename
    ]
    return template.get_corresponding_lineno(lines[-1]) if lines else 1
