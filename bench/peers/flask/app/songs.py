from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue

from app.database import fetch
from app.models import Id, Song, SongCreate, SongQuery

songs = Blueprint("songs", __name__, url_prefix="/songs")

COLUMNS = "id, song, artist, year, created_at"


@songs.get("")
def list_songs() -> ResponseReturnValue:
    query = SongQuery.model_validate(request.args.to_dict()).model_dump(exclude_none=True)
    # One statement per set of filters, so that each plan uses its index.
    conditions = [f"{column} = %({column})s" for column in ("song", "artist", "year") if column in query]
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    return jsonify(fetch(Song, f"SELECT {COLUMNS} FROM songs {where} ORDER BY id LIMIT %(limit)s", query))


@songs.get("/<id>")
def get_song(id: str) -> ResponseReturnValue:
    found = fetch(Song, f"SELECT {COLUMNS} FROM songs WHERE id = %(id)s", {"id": Id.validate_python(id)})
    if not found:
        abort(404, "Song not found")
    return jsonify(found[0])


@songs.post("")
def create_song() -> ResponseReturnValue:
    body = SongCreate.model_validate(request.get_json())
    created = fetch(
        Song,
        f"""INSERT INTO songs (song, artist, year) VALUES (%(song)s, %(artist)s, %(year)s)
            ON CONFLICT (song, artist) DO NOTHING RETURNING {COLUMNS}""",
        body.model_dump(),
    )
    if not created:
        abort(409, "Song already exists")
    return jsonify({"data": created[0]}), 201, {"Location": f"/songs/{created[0].id}"}
