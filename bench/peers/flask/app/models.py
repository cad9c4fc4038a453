from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, TypeAdapter
from pydantic.alias_generators import to_camel

MAX_INTEGER = 2**31 - 1

Integer = Annotated[int, Field(ge=-(2**31), le=MAX_INTEGER)]
# PostgreSQL cannot store U+0000.
Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]
Name = Annotated[Text, Field(min_length=1, max_length=200)]
Description = Annotated[Text, Field(max_length=2000)]
Limit = Annotated[int, Field(ge=1, le=100)]
Id = TypeAdapter(Annotated[int, Field(ge=1, le=MAX_INTEGER)])


def write_instant(at: datetime) -> str:
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


Instant = Annotated[datetime, PlainSerializer(write_instant, return_type=str)]


class Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class SongCreate(Body):
    song: Name
    artist: Name
    year: Integer | None = None


class TaskCreate(Body):
    title: Name
    description: Description = ""
    done: bool = False


class SongQuery(BaseModel):
    song: Name | None = None
    artist: Name | None = None
    year: Integer | None = None
    limit: Limit = 20


class TaskQuery(BaseModel):
    done: bool | None = None
    limit: Limit = 20


class Row(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)


class Song(Row):
    id: int
    song: str
    artist: str
    year: int | None
    created_at: Instant


class Task(Row):
    id: int
    title: str
    description: str
    done: bool
    created_at: Instant
    updated_at: Instant
