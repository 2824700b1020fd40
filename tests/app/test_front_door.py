"""What stands at each path of the front door, beside the features' own."""

import re

import pytest


async def test_the_schema_describes_every_failure_as_a_problem(installation):
    document = (await installation.client().get("/api/v1/openapi.json")).json()

    operations = [o for methods in document["paths"].values() for o in methods.values()]
    assert document["openapi"].startswith("3.1")
    assert len({o["operationId"] for o in operations}) == len(operations)
    assert all(
        "application/problem+json" in o["responses"]["default"]["content"] for o in operations
    )


async def test_the_checked_in_schema_is_the_one_we_serve(installation, repository):
    served = (await installation.client().get("/api/v1/openapi.json")).json()

    assert served == repository.json("admin/openapi.json"), "run `make api`"


async def test_the_api_page_explains_every_operation_without_script_or_foreign_address(
    installation,
):
    client = installation.client()
    document = (await client.get("/api/v1/openapi.json")).json()
    answer = await client.get("/api/docs")

    names = {o["operationId"] for methods in document["paths"].values() for o in methods.values()}
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert names <= set(re.findall(r'id="(\w+)"', answer.text))
    assert "<script" not in answer.text
    assert re.findall(r'(?:src|href)="(?!#|/)', answer.text) == []


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_health_is_a_word(installation, path):
    answer = await installation.client().get(path)

    assert (answer.status_code, answer.text.isalpha()) == (200, True)


async def test_metrics_are_in_prometheus_format(installation):
    client = installation.client()
    await client.get("/api/v1/session")
    answer = await client.get("/metrics")

    assert answer.headers["content-type"].startswith("text/plain")
    assert (
        'octavo_http_requests_total{method="GET",route="/api/v1/session",status="401"}'
        in answer.text
    )


async def test_the_admin_answers_every_screen_with_its_page(installation, repository):
    client = installation.client()
    screen = await client.get("/admin/pieces/12")
    missing = await client.get("/admin/assets/no-such-file.js")

    if not repository.has("admin/dist/index.html"):
        assert (screen.status_code, "make setup" in screen.text) == (503, True)
        return
    assert (screen.status_code, missing.status_code) == (200, 404)
    assert screen.headers["cache-control"] == "no-cache"
    assert "script-src 'self'" in screen.headers["content-security-policy"]
    script = re.search(r'src="(/admin/assets/[^"]+\.js)"', screen.text)[1]
    assert "immutable" in (await client.get(script)).headers["cache-control"]
    again = await client.get("/admin/", headers={"if-none-match": screen.headers["etag"]})
    assert again.status_code == 304


async def test_an_unknown_api_path_is_a_problem_and_an_unknown_page_is_a_page(installation):
    client = installation.client()

    assert (await client.get("/api/v1/nowhere")).headers[
        "content-type"
    ] == "application/problem+json"
    assert (await client.get("/nowhere/")).headers["content-type"].startswith("text/html")
