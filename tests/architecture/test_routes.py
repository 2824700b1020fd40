"""Every door of the API has a guard, but for those that stand open on purpose."""

import pytest
from litestar.handlers import HTTPRouteHandler

from octavo.app import create_app
from octavo.kernel.settings import load_settings
from octavo.kernel.text import RESERVED_SLUGS
from octavo.runtime import build_runtime

# Signing in and being invited come before anybody is somebody; the description holds no data.
OPEN = {
    ("GET", "/api/docs"),
    ("GET", "/api/v1/openapi.json"),
    ("DELETE", "/api/v1/session"),
    ("GET", "/api/v1/session"),
    ("GET", "/api/v1/session/standing"),
    ("POST", "/api/v1/session"),
    ("GET", "/api/v1/setup/{token:str}"),
    ("POST", "/api/v1/setup"),
}


@pytest.fixture(scope="module")
def handlers(tmp_path_factory):
    home = tmp_path_factory.mktemp("routes")
    app = create_app(build_runtime(load_settings({"OCTAVO_HOME": str(home)}))).api
    return [
        (method, route.path, handler)
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        if isinstance(handler, HTTPRouteHandler)
        for method in sorted(handler.http_methods)
        if method != "OPTIONS" and route.path.startswith("/api/")
    ]


def is_ours(handler):
    return handler.fn.__module__.startswith("octavo.")


def test_every_door_has_a_guard(handlers):
    unguarded = {
        (method, path)
        for method, path, handler in handlers
        if is_ours(handler) and not handler.resolve_guards()
    }

    assert unguarded <= OPEN


def test_every_operation_has_a_name_of_its_own(handlers):
    names = [
        handler.operation_id
        for _, _, handler in handlers
        if is_ours(handler) and handler.resolve_include_in_schema()
    ]

    assert [name for name in names if not isinstance(name, str)] == []
    assert sorted(set(names)) == sorted(names)


def test_no_piece_can_take_a_path_that_the_server_answers_itself(handlers):
    answered = {"admin", "api", "go", "healthz", "readyz", "metrics", "ghost", "t", "f", "p"}
    generated = {"tags", "authors", "archive", "page", "assets", "media", "search", "404"}

    assert answered | generated <= RESERVED_SLUGS
