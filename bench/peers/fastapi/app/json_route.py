from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic_core import from_json


class JsonRequest(Request):
    """Parses bodies with Pydantic: the standard library accepts `NaN`, which is not JSON."""

    async def json(self) -> Any:
        return from_json(await self.body(), allow_inf_nan=False)


class JsonRoute(APIRoute):
    """See https://fastapi.tiangolo.com/how-to/custom-request-and-route/"""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            return await handler(JsonRequest(request.scope, request.receive))

        return handle
