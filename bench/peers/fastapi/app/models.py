from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer
from pydantic.alias_generators import to_camel

MAX_INTEGER = 2**31 - 1

Integer = Annotated[int, Field(ge=-(2**31), le=MAX_INTEGER)]
# PostgreSQL cannot store U+0000.
Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]
Name = Annotated[Text, Field(min_length=1, max_length=200)]
Description = Annotated[Text, Field(max_length=2000)]
# asyncpg returns all instants in UTC.
Instant = Annotated[
    datetime,
    PlainSerializer(
        lambda at: f"{at.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z", return_type=str
    ),
]


class Input(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class Output(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)


class SongCreate(Input):
    song: Name
    artist: Name
    year: Integer | None = None


class Song(Output):
    id: int
    song: str
    artist: str
    year: int | None
    created_at: Instant


class SongEnvelope(BaseModel):
    data: Song


class TaskCreate(Input):
    title: Name
    description: Description = ""
    done: bool = False


class Task(Output):
    id: int
    title: str
    description: str
    done: bool
    created_at: Instant
    updated_at: Instant


class Health(BaseModel):
    status: str = "ok"
