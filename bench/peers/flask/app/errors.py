"""All errors have the same envelope."""

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

NAMES = {404: "NotFoundError", 409: "ConflictError", 422: "ValidationError"}


def on_http_exception(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    name = NAMES.get(status) or error.name.title().replace(" ", "") + "Error"
    return jsonify({"error": name, "message": error.description or error.name}), status


def on_invalid_request(error: ValidationError) -> ResponseReturnValue:
    details = error.errors(include_url=False, include_context=False, include_input=False)
    body = {"error": NAMES[422], "message": "Request validation failed", "details": details}
    return jsonify(body), 422


def handle_errors(app: Flask) -> None:
    app.register_error_handler(HTTPException, on_http_exception)
    app.register_error_handler(ValidationError, on_invalid_request)
