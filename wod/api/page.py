"""The interactive page `/api/docs`: Swagger UI, all of it from this server, none of it inline.

Its files are those of the package fastapi-offline; FastAPI's own page would fetch them from strangers.
"""

from __future__ import annotations

from fastapi import APIRouter, FastAPI
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Workshops-on-Demand</title>
<link rel="icon" href="docs/assets/favicon.png">
<link rel="stylesheet" href="docs/assets/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/assets/swagger-ui-bundle.js"></script>
<script src="docs/page.js"></script>
</body>
</html>
"""
"""Its addresses are relative, so that it also works where a proxy serves the API below another path."""
SCRIPT = """SwaggerUIBundle({
  url: "swagger.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
});
"""
router = APIRouter(prefix="/api/docs", include_in_schema=False)


@router.get("")
def page() -> Response:
    return HTMLResponse(PAGE, headers=HEADERS)


@router.get("/page.js")
def script() -> Response:
    return Response(SCRIPT, media_type="text/javascript", headers=HEADERS)


def add(app: FastAPI) -> None:
    app.include_router(router)
    app.mount("/api/docs/assets", StaticFiles(packages=[("fastapi_offline", "static")]))
