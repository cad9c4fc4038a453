from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response

from app.database import Pool
from app.errors import not_found
from app.json_route import JsonRoute
from app.models import Integer, Name, Song, SongCreate, SongEnvelope
from app.parameters import Id, Limit

router = APIRouter(prefix="/songs", tags=["songs"], route_class=JsonRoute)

COLUMNS = "id, song, artist, year, created_at"


@router.get("")
async def list_songs(
    pool: Pool,
    song: Annotated[Name | None, Query()] = None,
    artist: Annotated[Name | None, Query()] = None,
    year: Annotated[Integer | None, Query()] = None,
    limit: Limit = 20,
) -> list[Song]:
    # One statement per set of filters, so that each plan uses its index.
    filters = {"song": song, "artist": artist, "year": year}
    given = {column: value for column, value in filters.items() if value is not None}
    conditions = " AND ".join(f"{column} = ${index}" for index, column in enumerate(given, 2))
    where = f"WHERE {conditions}" if given else ""
    rows = await pool.fetch(
        f"SELECT {COLUMNS} FROM songs {where} ORDER BY id LIMIT $1", limit, *given.values()
    )
    return [Song(**row) for row in rows]


@router.get("/{id}")
async def get_song(id: Id, pool: Pool) -> Song:
    row = await pool.fetchrow(f"SELECT {COLUMNS} FROM songs WHERE id = $1", id)
    if row is None:
        raise not_found("Song")
    return Song(**row)


@router.post("", status_code=201)
async def create_song(body: SongCreate, response: Response, pool: Pool) -> SongEnvelope:
    row = await pool.fetchrow(
        f"""INSERT INTO songs (song, artist, year) VALUES ($1, $2, $3)
            ON CONFLICT (song, artist) DO NOTHING RETURNING {COLUMNS}""",
        body.song,
        body.artist,
        body.year,
    )
    if row is None:
        raise HTTPException(409, "Song already exists")
    response.headers["Location"] = f"/songs/{row['id']}"
    return SongEnvelope(data=Song(**row))
