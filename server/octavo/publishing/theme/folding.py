"""Works out, once for all pages of a site, what its templates show the same on every page.

The organisation's name, the links of the header, the names of feeds and fixed words are written into
the templates when they are compiled; what is left to do for a page is what differs. The output is the
same bytes with and without.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

__all__ = ["fold"]

_FUNCTIONS = {"asset", "direction", "t"}
_PLAIN = (str, int, float, bool, type(None))
_OF_ITS_PLACE = {"loop", "self", "super", "caller", "varargs", "kwargs"}
_MOST_ROUNDS = 20


def fold(
    tree: nodes.Template,
    *,
    known: Mapping[str, Any],
    included: Callable[[str], nodes.Template | None],
    attribute_of: Callable[[Any, str], Any],
) -> None:
    """Fold what is constant in `tree`, in place.

    Args:
        known: the functions `asset`, `direction` and `t`, and the values whose attributes never change.
        included: answers the tree of an included template, None when that cannot be used.
        attribute_of: how templates read an attribute.
    """
    own = {n.name for n in tree.find_all(nodes.Name) if n.ctx in {"store", "param"}}
    own |= {node.target for node in tree.find_all(nodes.Import)}
    own |= {node.name for node in tree.find_all(nodes.Macro)}
    for node in tree.find_all(nodes.FromImport):
        own |= {pair[1] if isinstance(pair, tuple) else pair for pair in node.names}
    usable = {name: value for name, value in known.items() if name not in own}
    _Folder(usable, included, attribute_of).visit(tree)
    _Joiner().visit(tree)


class _Joiner(NodeTransformer):
    """Joins what is written one after the other: each piece of output costs a step of the page."""

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> nodes.Node:
        super().generic_visit(node, *args, **kwargs)
        for name, value in node.iter_fields():
            if name in {"body", "else_"} and isinstance(value, list):
                setattr(node, name, _joined(value))
        return node


def _joined(body: list[nodes.Node]) -> list[nodes.Node]:
    joined: list[nodes.Node] = []
    for node in body:
        # A scope that only writes needs no scope.
        parts: list[nodes.Node] = [node]
        if isinstance(node, nodes.Scope) and all(isinstance(n, nodes.Output) for n in node.body):
            parts = node.body
        for part in parts:
            if joined and isinstance(part, nodes.Output) and isinstance(joined[-1], nodes.Output):
                joined[-1] = nodes.Output([*joined[-1].nodes, *part.nodes], lineno=part.lineno)
            else:
                joined.append(part)
    return joined


class _Folder(NodeTransformer):
    def __init__(
        self,
        known: Mapping[str, Any],
        included: Callable[[str], nodes.Template | None],
        attribute_of: Callable[[Any, str], Any],
    ) -> None:
        self._known = known
        self._included = included
        self._attribute_of = attribute_of

    def visit_Include(self, node: nodes.Include) -> nodes.Stmt:  # noqa: N802 - jinja2's name
        """Write the included template in its place."""
        name = node.template.value if isinstance(node.template, nodes.Const) else None
        if not isinstance(name, str) or not node.with_context or node.ignore_missing:
            return node
        tree = self._included(name)
        if tree is None or tree.find(nodes.Block) or tree.find(nodes.Extends):
            return node
        if _OF_ITS_PLACE & {n.name for n in tree.find_all(nodes.Name)}:
            return node
        return nodes.Scope(tree.body, lineno=node.lineno)

    def visit_Call(self, node: nodes.Call) -> nodes.Expr:  # noqa: N802 - same
        """Write the answer of `asset("…")`, `direction("…")` and `t("…")` in its place."""
        self.generic_visit(node)
        called = node.node.name if isinstance(node.node, nodes.Name) else ""
        function = self._known.get(called) if called in _FUNCTIONS else None
        simple = len(node.args) == 1 and not (node.kwargs or node.dyn_args or node.dyn_kwargs)
        if function is None or not simple or not isinstance(node.args[0], nodes.Const):
            return node
        try:
            return nodes.Const(function(node.args[0].value), lineno=node.lineno)
        except Exception:  # noqa: BLE001 - said when a page asks for it
            return node

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Expr:  # noqa: N802 - same
        """Write a plain value of what is known in its place."""
        found, value = self._value(node)
        if found and isinstance(value, _PLAIN):
            return nodes.Const(value, lineno=node.lineno)
        self.generic_visit(node)
        return node

    def visit_If(self, node: nodes.If) -> nodes.Node | list[nodes.Node]:  # noqa: N802 - same
        """Leave of a decided question only its answer."""
        further, node.elif_ = node.elif_, []
        self.generic_visit(node)
        for question in further:  # these stay questions: they hang on the ones before
            self.generic_visit(question)
        node.elif_ = further
        if further or not isinstance(node.test, nodes.Const):
            return node
        return node.body if node.test.value else node.else_

    def visit_For(self, node: nodes.For) -> nodes.Node | list[nodes.Node]:  # noqa: N802 - same
        """Write out a short loop over what is known."""
        rounds = self._rounds(node)
        if rounds is not None:
            return rounds
        self.generic_visit(node)
        return node

    def _rounds(self, node: nodes.For) -> list[nodes.Node] | None:
        found, items = self._value(node.iter)
        if not found or not isinstance(items, list) or len(items) > _MOST_ROUNDS:
            return None
        if not isinstance(node.target, nodes.Name) or node.test or node.else_ or node.recursive:
            return None
        name = node.target.name
        if any(used.name == "loop" for used in node.find_all(nodes.Name)):
            return None
        written: list[nodes.Node] = []
        for item in items:
            copied = deepcopy(node.body, {id(node.environment): node.environment})
            body = nodes.Scope(copied, lineno=node.lineno)
            _Folder({**self._known, name: item}, self._included, self._attribute_of).visit(body)
            if any(used.name == name for used in body.find_all(nodes.Name)):
                return None  # it is used as a whole, which cannot be written out
            written.append(body)
        return written

    def _value(self, node: nodes.Node) -> tuple[bool, Any]:
        """Answer whether the value of an attribute is known, and the value."""
        path: list[str] = []
        while isinstance(node, nodes.Getattr):
            path.append(node.attr)
            node = node.node
        if not path or not isinstance(node, nodes.Name) or node.name not in self._known:
            return False, None
        value = self._known[node.name]
        for attribute in reversed(path):
            value = self._attribute_of(value, attribute)
        return True, value
