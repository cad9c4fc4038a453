from typing import Any

from flask.json.provider import JSONProvider
from pydantic_core import from_json, to_json


class PydanticJSONProvider(JSONProvider):
    """Reads and writes JSON with Pydantic: it supports models, and rejects `NaN`."""

    def dumps(self, obj: Any, **_: Any) -> str:
        return to_json(obj, by_alias=True).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return from_json(s, allow_inf_nan=False)
