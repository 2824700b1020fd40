"""Where templates run: a sandbox that shows fields of Structs, and a budget for templates not ours."""

from collections.abc import Callable
from typing import Any

import msgspec
from jinja2 import TemplateError, nodes
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from octavo.publishing.theme.folding import fold
from octavo.publishing.theme.limits import (
    INTERCEPTED,
    Budget,
    check_call,
    guarded_filters,
    limit,
    limited_binop,
)

__all__ = ["GuardedSandbox", "Sandbox"]


class Sandbox(ImmutableSandboxedEnvironment):
    """The sandbox, quick on our own contexts: of a Struct, its fields can be read, nothing else."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.known: dict[str, Any] = {}
        self.folds = True
        self.own_functions: frozenset[Any] = frozenset()
        self._including: list[str] = []
        self._fields: dict[type, frozenset[str]] = {}

    def getattr(self, obj: Any, attribute: str) -> Any:
        fields = self._fields.get(type(obj))
        if fields is None:
            if not isinstance(obj, msgspec.Struct):
                return super().getattr(obj, attribute)
            fields = self._fields[type(obj)] = frozenset(obj.__struct_fields__)
        if attribute in fields:
            return getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call something; our own functions need none of the questions that the sandbox asks first."""
        if obj in self.own_functions:
            # Said for functions that want a context.
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
            return obj(*args, **kwargs)
        return super().call(context, obj, *args, **kwargs)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """Parse, and work out once what comes out the same on every page of the site."""
        tree = self.parse_tree(source, name, filename)
        if self.folds:
            fold(tree, known=self.known, included=self.parse_included, attribute_of=self.getattr)
        return tree

    def parse_tree(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        return super()._parse(source, name, filename)

    def parse_included(self, name: str) -> nodes.Template | None:
        """Parse what stands in another template; None when it is wrong or has itself inside."""
        if name in self._including or self.loader is None:
            return None
        self._including.append(name)
        try:
            return self._parse(self.loader.get_source(self, name)[0], name, None)
        except TemplateError:  # said when a page asks for it
            return None
        finally:
            self._including.pop()


class GuardedSandbox(Sandbox):
    """The sandbox of a theme with templates that are not ours: a page has a budget for them."""

    intercepted_binops = INTERCEPTED

    def __init__(self, is_foreign: Callable[[str], bool], **options: Any) -> None:
        super().__init__(**options)
        self.budget = Budget()
        self._is_foreign = is_foreign
        self.filters = guarded_filters(self.filters, self.budget)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        limited_binop(operator, left, right, self.budget)
        return super().call_binop(context, operator, left, right)

    def call(self, context: Context, obj: Any, *args: Any, **kwargs: Any) -> Any:
        check_call(obj, args, kwargs)
        return self.budget.spend_on(super().call(context, obj, *args, **kwargs))

    def parse_tree(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super().parse_tree(source, name, filename)
        if name is not None and self._is_foreign(name):
            limit(tree)
        return tree
