"""`wod-api serve`: the API under uvicorn, with several workers."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from wod.api import config
from wod.api.access import MULTIPLE
from wod.api.app import create_app

CONFIG = "WOD_API_CONFIG"
"""The environment's variable by which workers know the configuration's file; the file has secrets, this has none."""
SHUTDOWN = 20
"""Seconds that requests have to end in when the service is stopped."""


def application() -> FastAPI:
    """What each worker serves."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    return create_app(config.load(Path(os.environ[CONFIG])))


def serve(path: Path, host: str, port: int, workers: int, tls: str | None = None) -> None:
    """Until it is stopped. :class:`ValueError` for a configuration that is none, before anything listens.

    ``tls`` is a PEM file with the certificate, those between it and its root, and the key.
    """
    create_app(config.load(path))
    os.environ[CONFIG] = str(path)
    with tempfile.TemporaryDirectory(prefix="wod-api-metrics-") as counters:
        os.environ[MULTIPLE] = counters
        uvicorn.run(
            "wod.api.serving:application",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=SHUTDOWN,
            ssl_certfile=tls,
        )
