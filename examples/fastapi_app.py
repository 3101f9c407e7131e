"""An HTTP service: post deals or a sheet, get the analysis as JSON or as a page.

Run: pip install fastapi uvicorn, then: uvicorn fastapi_app:app --app-dir examples
Try: curl --data-binary @examples/company/deals.csv "localhost:8000/analysis?as_of=2026-11-20"
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any, Literal

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse, Response

import salesfunnel as sf
from salesfunnel.errors import IntakeError, SalesFunnelError

MOST_BYTES = 20_000_000
app = FastAPI(title="Sales funnel", version=sf.__version__)


def answer(name: str) -> dict[int | str, dict[str, Any]]:
    """Document an answer by the schema that the library ships."""
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {200: {"description": name, "content": {"application/json": {"schema": schema}}}}


@app.post("/analysis", responses=answer("Analysis"))
async def analysis(
    request: Request,
    kind: Literal["deals", "sheet"] = "deals",
    funnel: str = "b2b",
    as_of: str | None = None,
    locale: Literal["en", "zh"] = "en",
    page: bool = False,
) -> Response:
    """Analyse the file in the body; ``page=true`` gives HTML."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return JSONResponse({"error": f"at most {MOST_BYTES:,} bytes"}, status_code=413)
    # figures keep a processor busy: in a thread, other requests go on
    found = await run_in_threadpool(analyse, bytes(body), kind, funnel, as_of, locale)
    if page:
        return HTMLResponse(await run_in_threadpool(found.to_html, locale=locale))
    return Response(found.to_json(), media_type="application/json")


def analyse(body: bytes, kind: str, funnel: str, as_of: str | None, locale: Any) -> sf.Analysis:
    """Read the body and take all steps of the method."""
    definition = sf.template(funnel, locale=locale)
    data: Any = (
        sf.read_table(body, funnel=definition)
        if kind == "sheet"
        else sf.read_deals(body, funnel=definition, as_of=as_of)
    )
    return sf.analyze(data, locale=locale)


@app.exception_handler(SalesFunnelError)
async def refuse(_: Request, error: SalesFunnelError) -> JSONResponse:
    """Tell the caller what is wrong with the input, all of it at once."""
    faults = error.faults if isinstance(error, IntakeError) else ()
    told = [
        {"code": f.code, "row": f.row, "column": f.column, "value": str(f.value), "hint": f.hint}
        for f in faults
    ]
    content = {"error": error.message, "code": error.code, "hint": error.hint, "faults": told}
    return JSONResponse(content, status_code=422)


def openapi() -> dict[str, Any]:
    """Return the description of the service with the documents' own schemas in it."""
    if app.openapi_schema is None:
        whole = get_openapi(title=app.title, version=app.version, routes=app.routes)
        shipped = (resources.files("salesfunnel.serialize") / "schema.json").read_text("utf-8")
        types = json.loads(shipped.replace("#/$defs/", "#/components/schemas/"))["$defs"]
        whole.setdefault("components", {}).setdefault("schemas", {}).update(types)
        app.openapi_schema = whole
    return app.openapi_schema


app.openapi = openapi
