"""Logs, metrics and health: what the people who run the market look at."""

import logging
import os
import time
from collections.abc import Callable
from functools import cache

import structlog
from flask import Flask, Response, jsonify, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)

from kernel.ids import new_id
from kernel.web.session import remember, remembered

REQUESTS = Counter("http_requests", "Requests answered", ["route", "status"])
SECONDS = Histogram(
    "http_request_seconds",
    "Time to answer",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)

log = structlog.get_logger()

Check = Callable[[], str]
"""Returns nothing when all is well, else what is wrong."""


def set_up_logs(level: str) -> None:
    """Write one JSON object a line, with the id of the request."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        cache_logger_on_first_use=True,
    )


def install(app: Flask, *, checks: dict[str, Check], beside: dict[str, Check]) -> None:
    """Give every request an id, a log line and a place in the metrics.

    ``checks`` say what is wrong with what no page can do without, ``beside`` with what it can.
    """
    app.before_request(_begin)
    app.after_request(_end)
    views: dict[str, Callable[[], Response]] = {
        "/healthz": lambda: jsonify(status="ok"),
        "/readyz": lambda: _readiness(checks, beside),
        "/metrics": _metrics,
    }
    for path, view in views.items():
        view.guard = "public"  # type: ignore[attr-defined]
        app.add_url_rule(path, endpoint=path.strip("/"), view_func=view)


def _begin() -> None:
    remember("began", time.perf_counter())
    request_id = remember("request_id", new_id())
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)


@cache
def _requests(route: str, status: int) -> Counter:
    return REQUESTS.labels(route, status)


@cache
def _seconds(route: str) -> Histogram:
    return SECONDS.labels(route)


def _end(response: Response) -> Response:
    began = remembered("began")
    if began is None:
        return response
    seconds = time.perf_counter() - began
    route = request.url_rule.rule if request.url_rule else "none"
    _requests(route, response.status_code).inc()
    _seconds(route).observe(seconds)
    response.headers["X-Request-Id"] = remembered("request_id")
    log.info(
        "request",
        method=request.method,
        path=request.path,
        route=route,
        status=response.status_code,
        ms=round(seconds * 1000, 1),
    )
    return response


def _readiness(checks: dict[str, Check], beside: dict[str, Check]) -> Response:
    found = {name: check() for name, check in checks.items()}
    ready = not any(found.values())
    found |= {name: check() for name, check in beside.items()}
    made = jsonify(
        status="ready" if ready else "not ready",
        checks={name: problem or "ok" for name, problem in found.items()},
    )
    made.status_code = 200 if ready else 503
    return made


def _metrics() -> Response:
    # Several processes share their numbers through a folder that the starter names.
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
