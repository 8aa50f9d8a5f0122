"""The description of the HTTP API, made from the same types that judge what comes in."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from polls import protocol
from polls.services.commands import USE_CASES

ERROR = {
    "type": "object",
    "required": ["ok", "code", "message"],
    "properties": {
        "ok": {"const": False},
        "code": {"type": "string", "description": "Stable name of the refusal."},
        "message": {"type": "string", "description": "The refusal in the reader's language."},
        "retry_after": {"type": "number", "description": "Seconds after which to try again."},
    },
}

OK = {"type": "object", "required": ["ok"], "properties": {"ok": {"const": True}}}


@cache
def describe() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document."""
    types = [protocol.COMMANDS[name] for name in USE_CASES]
    _, schemas = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    paths: dict[str, Any] = {
        "/api/v1/panels": {
            "post": _operation("Create a panel from an agenda file.", "application/yaml", None)
        },
        "/api/v1/panels/{code}": {"get": _operation("What is on now.", None, None)},
        "/api/v1/panels/{code}/participants": {
            "post": _operation("Take a seat.", "application/json", {"type": "object"})
        },
        "/api/v1/panels/{code}/results.json": {
            "get": _operation("Public results with receipts.", None, None)
        },
    }
    for name in USE_CASES:
        command = protocol.COMMANDS[name]
        reference = {"$ref": f"#/components/schemas/{command.__name__}"}
        summary = (command.__doc__ or name).strip().splitlines()[0]
        paths[f"/api/v1/panels/{{code}}/commands/{name}"] = {
            "post": _operation(summary, "application/json", reference)
        }
    for path, item in paths.items():
        if "{code}" in path:
            item["parameters"] = [
                {"name": "code", "in": "path", "required": True, "schema": {"type": "string"}}
            ]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Hemicycle", "version": str(protocol.WIRE_VERSION)},
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Error": ERROR, "Ok": OK},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"key": []}, {}],
    }


def _operation(
    summary: str, media_type: str | None, schema: dict[str, Any] | None
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": summary,
        "responses": {
            "2XX": _response("Done.", "#/components/schemas/Ok"),
            "4XX": _response("Refused.", "#/components/schemas/Error"),
            "5XX": _response("Not done.", "#/components/schemas/Error"),
        },
    }
    if media_type is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {media_type: {"schema": schema or {"type": "string"}}},
        }
    return operation


def _response(description: str, reference: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/json": {"schema": {"$ref": reference}}},
    }
