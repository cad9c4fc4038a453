"""A round trip through the client of openapi-python-client, against the service at SETLIST_URL."""

import os
import re
from datetime import datetime
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

from setlist_client import AuthenticatedClient
from setlist_client.api.service import get_health
from setlist_client.api.songs import create_song, delete_song, get_song, list_songs, replace_song, update_song
from setlist_client.api.tasks import create_task, list_tasks
from setlist_client.models import (
    ApiError,
    Health,
    HealthStatus,
    ListSongsSort,
    Song,
    SongCreate,
    SongEnvelope,
    SongUpdate,
    Task,
    TaskCreate,
)
from setlist_client.types import UNSET, Response, Unset

ARTIST = "openapi-python-client"
T = TypeVar("T")
# With constraints, both values must have the same type: without them, the type checker would infer `object`.
Value = TypeVar("Value", str, int, bool, int | None, list[str], list[int | str], datetime)


def expect_equal(actual: Value, expected: Value, what: str) -> None:
    if actual != expected:
        raise SystemExit(f"{what}: {actual!r}, not {expected!r}")


def expect(response: Response[ApiError | T], status: int, body: type[T]) -> T:
    """The body of a success, which has to have this status and this type."""
    expect_equal(int(response.status_code), status, "status")
    if not isinstance(response.parsed, body):
        raise SystemExit(f"The body is {response.parsed!r}, not {body}")
    return response.parsed


def expect_error(response: Response[ApiError | T], status: int) -> ApiError:
    """The body of an error, which has to have this status."""
    expect_equal(int(response.status_code), status, "status")
    if not isinstance(response.parsed, ApiError):
        raise SystemExit(f"The body is {response.parsed!r}, not an error")
    return response.parsed


def next_cursor(link: str) -> str | Unset:
    """The cursor of the next page from a Link header (RFC 8288)."""
    target = re.search(r'<([^>]*)>\s*;\s*rel="next"', link)
    return parse_qs(urlsplit(target[1]).query)["cursor"][0] if target else UNSET


with AuthenticatedClient(
    base_url=os.environ["SETLIST_URL"],
    token=os.environ["SETLIST_CREDENTIAL"],
    raise_on_unexpected_status=True,
) as client:
    created = create_song.sync_detailed(
        client=client, body=SongCreate(song="Song 1", artist=ARTIST, year=2019)
    )
    first: Song = expect(created, 201, SongEnvelope).data
    expect_equal(first.artist, ARTIST, "artist")
    expect_equal(first.year, 2019, "year")
    expect_equal(created.headers["location"], f"/songs/{first.id}", "location")
    etag = created.headers["etag"]
    for song in ["Song 2", "Song 3", "Song 4", "Song 5"]:
        created = create_song.sync_detailed(client=client, body=SongCreate(song=song, artist=ARTIST))
        expect_equal(expect(created, 201, SongEnvelope).data.year, None, "no year")

    titles: list[str] = []
    pages = 0
    cursor: str | Unset = UNSET
    while pages == 0 or cursor is not UNSET:
        page = list_songs.sync_detailed(
            client=client, artist=ARTIST, sort=ListSongsSort("-song"), limit=2, count=True, cursor=cursor
        )
        if not isinstance(page.parsed, list):
            raise SystemExit(f"The body is {page.parsed!r}, not a page")
        titles += [song.song for song in page.parsed]
        expect_equal(page.headers["x-total-count"], "5", "total")
        cursor = next_cursor(page.headers.get("link", ""))
        pages += 1
    expect_equal(pages, 3, "pages")
    expect_equal(titles, ["Song 5", "Song 4", "Song 3", "Song 2", "Song 1"], "songs on all pages")

    again = create_song.sync_detailed(client=client, body=SongCreate(song="Song 1", artist=ARTIST))
    conflict = expect_error(again, 409)
    expect_equal(conflict.code, "song_exists", "code of a conflict")
    expect_equal(conflict.message, "Song already exists", "message of a conflict")

    invalid = expect_error(create_song.sync_detailed(client=client, body=SongCreate(song="", artist="")), 422)
    expect_equal(invalid.code, "validation_failed", "code of a failed validation")
    if isinstance(invalid.details, Unset):
        raise SystemExit("There are no details")
    expect_equal(len(invalid.details), 2, "failures")
    body: list[int | str] = ["body"]
    for detail in invalid.details:
        expect_equal(detail.type_, "string_too_short", "type of a failure")
        expect_equal(detail.loc[:1], body, "place of a failure")
        expect_equal(detail.msg, "String should have at least 1 character", "message of a failure")

    known = get_song.sync_detailed(first.id, client=client, if_none_match=etag)
    expect_equal(int(known.status_code), 304, "status of a conditional read")
    changed = expect(
        update_song.sync_detailed(first.id, client=client, body=SongUpdate(year=None), if_match=etag),
        200,
        SongEnvelope,
    ).data
    expect_equal(changed.year, None, "removed year")
    expect_equal(changed.song, "Song 1", "field that is absent from the patch")
    lost = SongCreate(song="Lost update", artist=ARTIST)
    stale = expect_error(replace_song.sync_detailed(first.id, client=client, body=lost, if_match=etag), 412)
    expect_equal(stale.code, "precondition_failed", "code of a stale write")
    read = expect(get_song.sync_detailed(first.id, client=client), 200, Song)
    expect_equal(read.song, "Song 1", "title after the stale write")
    expect_equal(read.created_at, first.created_at, "instant")

    expect_equal(
        int(delete_song.sync_detailed(first.id, client=client).status_code), 204, "status of a delete"
    )
    gone = expect_error(get_song.sync_detailed(first.id, client=client), 404)
    expect_equal(gone.code, "song_not_found", "code after the delete")

    task = expect(create_task.sync_detailed(client=client, body=TaskCreate(title=ARTIST)), 201, Task)
    expect_equal(task.done, False, "default of done")
    expect_equal(task.description, "", "default of description")
    found = list_tasks.sync(client=client, q=ARTIST, done=False)
    if not isinstance(found, list):
        raise SystemExit(f"The body is {found!r}, not a page")
    expect_equal(found[0].id, task.id, "found task")
    health = expect(get_health.sync_detailed(client=client), 200, Health)
    expect_equal(health.status, HealthStatus.OK, "health")
