"""All errors have the same envelope."""

from http import HTTPStatus

from django.http import JsonResponse
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.views import exception_handler

NAMES = {404: "NotFoundError", 409: "ConflictError", 422: "ValidationError"}


class Conflict(APIException):
    status_code = 409


def envelope(status, message):
    name = NAMES.get(status) or HTTPStatus(status).phrase.title().replace(" ", "") + "Error"
    return {"error": name, "message": message}


def handle_exception(exception, context):
    response = exception_handler(exception, context)
    if response is None:
        return None
    if isinstance(exception, ValidationError):
        response.status_code = 422
        response.data = {
            **envelope(422, "Request validation failed"),
            "details": details(exception.get_full_details()),
        }
    else:
        message = str(response.data.get("detail", ""))[:200]
        response.data = envelope(response.status_code, message)
    return response


def details(errors, location=()):
    """Flattens the errors of REST framework, a tree by location."""
    if isinstance(errors, dict) and set(errors) == {"message", "code"} and isinstance(errors["message"], str):
        return [{"type": errors["code"], "loc": list(location), "msg": errors["message"]}]
    if isinstance(errors, dict):
        return [entry for name, inner in errors.items() for entry in details(inner, (*location, name))]
    return [entry for inner in errors for entry in details(inner, location)]


def on_unknown_path(request, exception):
    return JsonResponse(envelope(404, "Not found"), status=404)


def on_error(request):
    return JsonResponse(envelope(500, "Internal server error"), status=500)
