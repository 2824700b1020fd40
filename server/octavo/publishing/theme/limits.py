"""How much a template that is not ours may write and repeat: a page, and not the machine.

A theme's files are data. The sandbox keeps them from what is not theirs; this keeps them from using up
time and memory: every round of a loop and every text that is made costs of a budget per page.
"""

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any

from jinja2 import TemplateRuntimeError, nodes, pass_context
from jinja2.visitor import NodeTransformer

__all__ = ["INTERCEPTED", "Budget", "check_call", "guarded_filters", "limit", "limited_binop"]

INTERCEPTED = frozenset({"*", "**", "%", "+"})
"""The operators that can make much of little."""

_PAGE_CHARACTERS = 20_000_000
_ROUND_COST, _INCLUDE_COST = 50, 2_000
_LARGEST_NUMBER = 10_000
_LARGEST_BITS = 4_096
_WIDTH = re.compile(r"\d{5}|\*")
_SIZED = ("batch", "center", "format", "indent", "round", "slice", "truncate", "wordwrap")
_COPIED = ("join", "replace")


class Budget(threading.local):
    """What is left of a page's budget, in characters; one page at a time in a thread."""

    left = _PAGE_CHARACTERS

    def renew(self) -> None:
        self.left = _PAGE_CHARACTERS

    def spend(self, amount: int) -> None:
        """Take `amount`.

        Raises:
            TemplateRuntimeError: that is more than a page has.
        """
        self.left -= amount
        if self.left < 0:
            raise TemplateRuntimeError("repeats or writes more than a page may hold")

    def spend_on(self, value: Any) -> Any:
        if isinstance(value, (str, bytes, list, tuple, dict)):
            self.spend(len(value))
        return value


def limit(tree: nodes.Template) -> None:
    """Let every loop and every text of a template cost."""
    _Limiter().visit(tree)


class _Limiter(NodeTransformer):
    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - jinja2's name
        self.generic_visit(node)
        written = sum(len(data.data) for data in node.find_all(nodes.TemplateData))
        includes = sum(1 for _ in node.find_all(nodes.Include))
        weight = _ROUND_COST + written + includes * _INCLUDE_COST
        node.iter = _filtered(node.iter, "_rounds", nodes.Const(weight))
        return node

    def visit_Output(self, node: nodes.Output) -> nodes.Node:  # noqa: N802 - same
        self.generic_visit(node)
        node.nodes = [
            n if isinstance(n, nodes.TemplateData) else _filtered(n, "_spent") for n in node.nodes
        ]
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - same
        self.generic_visit(node)
        return _filtered(node, "_spent")


def _filtered(node: nodes.Node, name: str, *args: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, name, list(args), [], None, None, lineno=node.lineno)


def guarded_filters(known: dict[str, Any], budget: Budget) -> dict[str, Any]:
    """Answer the filters, those that can make much of little with a limit."""

    @pass_context
    def spent(_context: Any, value: Any) -> Any:
        return budget.spend_on(value)

    @pass_context
    def rounds(_context: Any, items: Iterable[Any], weight: int) -> Iterator[Any]:
        for item in items:
            budget.spend(weight)
            yield item

    guarded = {name: _guard(known[name], name, budget) for name in (*_SIZED, *_COPIED)}
    return {**known, **guarded, "_spent": spent, "_rounds": rounds}


def _guard(function: Callable[..., Any], name: str, budget: Budget) -> Callable[..., Any]:
    @wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        given = [*args, *kwargs.values()]
        _check_numbers(given)
        if name == "format":
            _check_widths(given)
        if name in _COPIED:
            _check_copies(given)
        return budget.spend_on(function(*args, **kwargs))

    return guarded


def check_call(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Pass if a method of a text can be called with these.

    Raises:
        TemplateRuntimeError: it would make too much of them.
    """
    function = getattr(function, "__wrapped__", function)  # the sandbox wraps `format`
    owner = getattr(function, "__self__", None)
    if not isinstance(owner, (str, bytes)):
        return
    given = [owner, *args, *kwargs.values()]
    _check_numbers(given)
    name = getattr(function, "__name__", "")
    if name in {"format", "format_map"}:
        _check_widths([owner])
    if name in {"join", "replace", "translate", "expandtabs"}:
        _check_copies(given)


def limited_binop(operator: str, left: Any, right: Any, budget: Budget) -> None:
    """Pass if an operator makes no more than a page may hold.

    Raises:
        TemplateRuntimeError: it does.
    """
    if operator == "%":
        if isinstance(left, (str, bytes)):
            _check_widths([left])
        return
    numbers = isinstance(left, int) and isinstance(right, int)
    if numbers:
        bits = left.bit_length() * (abs(right) if operator == "**" else 1) + right.bit_length()
        if bits > _LARGEST_BITS:
            raise TemplateRuntimeError("works out a number that is too large")
    elif operator == "*":
        size = max((len(v) for v in (left, right) if hasattr(v, "__len__")), default=0)
        times = max((v for v in (left, right) if isinstance(v, int)), default=0)
        budget.spend(size * max(times, 0))
    elif operator == "+":
        budget.spend(sum(len(v) for v in (left, right) if hasattr(v, "__len__")))


def _check_numbers(given: list[Any]) -> None:
    if any(isinstance(v, int) and abs(v) > _LARGEST_NUMBER for v in given):
        raise TemplateRuntimeError(f"asks for more than {_LARGEST_NUMBER:,} of something")


def _check_widths(given: list[Any]) -> None:
    if any(isinstance(v, (str, bytes)) and _WIDTH.search(str(v)) for v in given[:1]):
        raise TemplateRuntimeError("formats a text with a width that is too large")


def _check_copies(given: list[Any]) -> None:
    sizes = [len(v) for v in given if hasattr(v, "__len__")]
    if len(sizes) > 1 and sizes[0] * max(sizes[1:]) > _PAGE_CHARACTERS:
        raise TemplateRuntimeError("copies a text too often")
