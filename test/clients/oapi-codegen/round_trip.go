// A round trip through the client of oapi-codegen, against the service at SETLIST_URL.
package main

//go:generate go tool oapi-codegen -config oapi-codegen.yaml ../../../openapi.json

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/oapi-codegen/nullable"

	setlist "setlist-client-oapi-codegen/generated"
)

const artist = "oapi-codegen"

var next = regexp.MustCompile(`<([^>]*)>\s*;\s*rel="next"`)

func must[T any](value T, err error) T {
	if err != nil {
		fail("%v", err)
	}
	return value
}

func fail(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", arguments...)
	os.Exit(1)
}

func expectEqual[T comparable](actual, expected T, what string) {
	if actual != expected {
		fail("%s: %v, not %v", what, actual, expected)
	}
}

// present dereferences the pointer, which must not be nil.
func present[T any](value *T, what string) T {
	if value == nil {
		fail("There is no %s", what)
	}
	return *value
}

// The cursor of the next page from a Link header (RFC 8288); nil on the last page.
func nextCursor(link *string) *string {
	if link == nil {
		return nil
	}
	target := next.FindStringSubmatch(*link)
	if target == nil {
		return nil
	}
	cursor := must(url.Parse(target[1])).Query().Get("cursor")
	return &cursor
}

func main() {
	background, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	authenticate := func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+os.Getenv("SETLIST_CREDENTIAL"))
		return nil
	}
	client := must(setlist.NewClientWithResponses(
		os.Getenv("SETLIST_URL"), setlist.WithRequestEditorFn(authenticate)))
	create := func(song string) *setlist.CreateSongResponse {
		return must(client.CreateSongWithResponse(background, nil, setlist.SongCreate{Song: song, Artist: artist}))
	}

	year := nullable.NewNullableWithValue[int32](2019)
	created := must(client.CreateSongWithResponse(background, nil, setlist.SongCreate{Song: "Song 1", Artist: artist, Year: year}))
	first := present(created.JSON201, "created song").Data
	expectEqual(first.Artist, artist, "artist")
	expectEqual(must(first.Year.Get()), 2019, "year")
	headers := present(created.Headers201, "headers of a create")
	expectEqual(present(headers.Location, "location"), fmt.Sprintf("/songs/%d", first.Id), "location")
	etag := headers.ETag
	present(etag, "entity tag")
	for _, song := range []string{"Song 2", "Song 3", "Song 4", "Song 5"} {
		expectEqual(present(create(song).JSON201, "created song").Data.Year.IsNull(), true, "no year")
	}

	var titles []string
	pages := 0
	sort, limit, count, by := setlist.ListSongsParamsSortMinusSong, int32(2), true, artist
	for parameters := (setlist.ListSongsParams{Artist: &by, Sort: &sort, Limit: &limit, Count: &count}); ; {
		page := must(client.ListSongsWithResponse(background, &parameters))
		for _, song := range present(page.JSON200, "page") {
			titles = append(titles, song.Song)
		}
		headers := present(page.Headers200, "headers of a page")
		expectEqual(present(headers.XTotalCount, "total"), 5, "total")
		pages++
		if parameters.Cursor = nextCursor(headers.Link); parameters.Cursor == nil {
			break
		}
	}
	expectEqual(pages, 3, "pages")
	expectEqual(strings.Join(titles, ","), "Song 5,Song 4,Song 3,Song 2,Song 1", "songs on all pages")

	conflict := present(create("Song 1").JSON409, "conflict")
	expectEqual(conflict.Code, "song_exists", "code of a conflict")
	expectEqual(conflict.Message, "Song already exists", "message of a conflict")

	invalid := present(must(client.CreateSongWithResponse(background, nil, setlist.SongCreate{})).JSON422, "failed validation")
	expectEqual(invalid.Code, "validation_failed", "code of a failed validation")
	details := present(invalid.Details, "details")
	expectEqual(len(details), 2, "failures")
	for _, detail := range details {
		expectEqual(detail.Type, "string_too_short", "type of a failure")
		expectEqual(must(detail.Loc[0].AsErrorDetailLoc0()), "body", "place of a failure")
		expectEqual(detail.Msg, "String should have at least 1 character", "message of a failure")
	}

	known := must(client.GetSongWithResponse(background, first.Id, &setlist.GetSongParams{IfNoneMatch: etag}))
	expectEqual(known.StatusCode(), http.StatusNotModified, "status of a conditional read")
	withoutYear := setlist.SongUpdate{Year: nullable.NewNullNullable[int32]()}
	changed := must(client.UpdateSongWithApplicationMergePatchPlusJSONBodyWithResponse(
		background, first.Id, &setlist.UpdateSongParams{IfMatch: etag}, withoutYear))
	expectEqual(present(changed.JSON200, "changed song").Data.Year.IsNull(), true, "removed year")
	expectEqual(present(changed.JSON200, "changed song").Data.Song, "Song 1", "field that is absent from the patch")
	lost := setlist.SongCreate{Song: "Lost update", Artist: artist}
	stale := must(client.ReplaceSongWithResponse(background, first.Id, &setlist.ReplaceSongParams{IfMatch: etag}, lost))
	expectEqual(present(stale.JSON412, "stale write").Code, "precondition_failed", "code of a stale write")
	read := present(must(client.GetSongWithResponse(background, first.Id, nil)).JSON200, "song")
	expectEqual(read.Song, "Song 1", "title after the stale write")
	expectEqual(read.CreatedAt, first.CreatedAt, "instant")

	deleted := must(client.DeleteSongWithResponse(background, first.Id, nil))
	expectEqual(deleted.StatusCode(), http.StatusNoContent, "status of a delete")
	gone := must(client.GetSongWithResponse(background, first.Id, nil))
	expectEqual(present(gone.JSON404, "error after the delete").Code, "song_not_found", "code after the delete")

	task := present(must(client.CreateTaskWithResponse(background, nil, setlist.TaskCreate{Title: artist})).JSON201, "created task")
	expectEqual(task.Done, false, "default of done")
	expectEqual(task.Description, "", "default of description")
	done := false
	found := must(client.ListTasksWithResponse(background, &setlist.ListTasksParams{Q: &by, Done: &done}))
	expectEqual(present(found.JSON200, "found tasks")[0].Id, task.Id, "found task")
	health := present(must(client.GetHealthWithResponse(background)).JSON200, "health")
	expectEqual(health.Status, setlist.HealthStatusOk, "health")
}
