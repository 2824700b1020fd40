"""The counters of this process, in Prometheus' text format at `/metrics`."""

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

__all__ = [
    "CONTENT_TYPE",
    "HTTP_REQUESTS",
    "HTTP_SECONDS",
    "JOB_FAILURES",
    "JOB_SECONDS",
    "REGISTRY",
    "render",
]

CONTENT_TYPE = CONTENT_TYPE_LATEST
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

HTTP_REQUESTS = Counter(
    "octavo_http_requests",
    "API requests answered.",
    ["method", "route", "status"],
    registry=REGISTRY,
)
HTTP_SECONDS = Histogram("octavo_http_seconds", "Time to answer an API request.", registry=REGISTRY)
JOB_SECONDS = Histogram(
    "octavo_job_seconds", "Time one run of a job took.", ["job"], registry=REGISTRY
)
JOB_FAILURES = Counter(
    "octavo_job_failures", "Runs of a job that failed.", ["job"], registry=REGISTRY
)


def render() -> bytes:
    """Answer every counter as text."""
    return generate_latest(REGISTRY)
