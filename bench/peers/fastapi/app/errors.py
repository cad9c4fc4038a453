"""All errors have the same envelope."""

from http import HTTPStatus

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

NAMES = {404: "NotFoundError", 409: "ConflictError", 422: "ValidationError"}


def not_found(what: str) -> HTTPException:
    return HTTPException(404, f"{what} not found")


def error_response(status: int, message: str, details: list[dict] | None = None) -> JSONResponse:
    name = NAMES.get(status) or HTTPStatus(status).phrase.title().replace(" ", "") + "Error"
    body = {"error": name, "message": message}
    return JSONResponse(body if details is None else {**body, "details": details}, status)


def is_json(request: Request) -> bool:
    media_type = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    return media_type == "application/json"


async def on_http_exception(_: Request, error: StarletteHTTPException) -> JSONResponse:
    response = error_response(error.status_code, error.detail)
    response.headers.update(error.headers or {})
    return response


async def on_invalid_request(request: Request, error: RequestValidationError) -> JSONResponse:
    errors = error.errors()
    # FastAPI passes a body of another media type to the model as bytes, which no model accepts.
    if any(one["loc"][0] == "body" for one in errors) and not is_json(request):
        return error_response(415, "The body has to be application/json")
    if any(one["type"] == "json_invalid" for one in errors):
        return error_response(400, "The body is not JSON")
    details = [{"type": one["type"], "loc": one["loc"], "msg": one["msg"]} for one in errors]
    return error_response(422, "Request validation failed", details)


async def on_exception(_: Request, __: Exception) -> JSONResponse:
    return error_response(500, "Internal server error")


def handle_errors(app: FastAPI) -> None:
    app.add_exception_handler(StarletteHTTPException, on_http_exception)
    app.add_exception_handler(RequestValidationError, on_invalid_request)
    app.add_exception_handler(Exception, on_exception)
