"""How the pages are served: uvicorn without an access log, for the path of a page holds the code."""

from __future__ import annotations

import logging

import uvicorn
from starlette.applications import Starlette

GRACE_S = 5
IDLE_S = 10
WAITING_MAX = 512


def server_config(app: Starlette, host: str = "127.0.0.1", port: int = 0) -> uvicorn.Config:
    """The one configuration to serve `build_app` with; logging itself is left to the process."""
    # access_log=False only takes its handlers away; whoever adds one to every logger would get the paths again.
    logging.getLogger("uvicorn.access").disabled = True
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=WAITING_MAX,
        timeout_keep_alive=IDLE_S,
        timeout_graceful_shutdown=GRACE_S,
    )
