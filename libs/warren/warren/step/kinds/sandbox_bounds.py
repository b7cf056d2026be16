"""Sends through our filters what Jinja compiles to plain Python, where nobody could count it, and
refuses tags that load, define or recurse. Used by sandbox.py.
"""

from collections.abc import Mapping
from typing import Any, NoReturn

from jinja2 import TemplateAssertionError, nodes
from jinja2.visitor import NodeTransformer

from warren.step.kinds.sandbox_filters import CONCAT, EACH, MADE

_REFUSED: Mapping[type[nodes.Node], str] = {
    nodes.Macro: "macro",
    nodes.CallBlock: "call",
    nodes.Include: "include",
    nodes.Import: "import",
    nodes.FromImport: "from",
    nodes.Extends: "extends",
    nodes.Block: "block",
    nodes.ScopedEvalContextModifier: "autoescape",
}


class Bounds(NodeTransformer):
    """Rewrites loops, `~`, lists, slices and comparisons of a parsed template."""

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> nodes.Node:
        if type(node) in _REFUSED:
            _refuse(f"`{_REFUSED[type(node)]}` is not available here", node)
        return super().generic_visit(node, *args, **kwargs)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        return _through(CONCAT, nodes.List(node.nodes, lineno=node.lineno))

    def visit_List(self, node: nodes.List) -> nodes.Node:
        return _through(MADE, self.generic_visit(node))

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:
        return _through(MADE, self.generic_visit(node))

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:
        self.generic_visit(node)
        return _through(MADE, node) if node.ctx == "load" else node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:
        self.generic_visit(node)
        return _through(MADE, node) if isinstance(node.arg, nodes.Slice) else node

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:
        self.generic_visit(node)
        node.expr = _through(MADE, node.expr)
        return node

    def visit_For(self, node: nodes.For) -> nodes.Node:
        if node.recursive:
            _refuse("`recursive` is not available here", node)
        self.generic_visit(node)
        node.iter = _through(EACH, node.iter)
        return node


def _through(name: str, node: nodes.Node) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


def _refuse(text: str, node: nodes.Node) -> NoReturn:
    raise TemplateAssertionError(text, node.lineno)
