package main

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"github.com/go-faster/jx"
)

type songCreate struct {
	song, artist string
	year         *int32
}

// songQuery is comparable: equal queries run once.
type songQuery struct {
	song, artist       string
	hasSong, hasArtist bool
	year               int32
	hasYear            bool
	limit              int32
}

type songs struct {
	db      *database
	lists   *sharing[songQuery]
	finds   *batcher[int32]
	creates *batcher[songCreate]
}

const songColumns = "id, song, artist, year, created_at"

func newSongs(db *database) *songs {
	s := &songs{db: db}
	s.lists = newSharing(s.listOnce)
	s.finds = newBatcher(db.slots, s.findAll, nil)
	s.creates = newBatcher(db.slots, s.createAll, nil)
	return s
}

func (s *songs) list(w http.ResponseWriter, r *http.Request) {
	query, ok := readSongQuery(r)
	if !ok {
		sendError(w, invalid)
		return
	}
	body, err := s.lists.do(query)
	if err != nil {
		sendFailure(w, r, err)
		return
	}
	send(w, http.StatusOK, body)
}

func (s *songs) get(w http.ResponseWriter, r *http.Request) {
	id, ok := readID(r)
	if !ok {
		sendError(w, invalid)
		return
	}
	result, err := s.finds.do(r.Context(), id)
	switch {
	case err != nil:
		sendFailure(w, r, err)
	case !result.found:
		sendError(w, songNotFound)
	default:
		send(w, http.StatusOK, result.body)
	}
}

func (s *songs) create(w http.ResponseWriter, r *http.Request) {
	var song songCreate
	if !readBody(w, r, song.parse) {
		return
	}
	result, err := s.creates.do(r.Context(), song)
	switch {
	case err != nil:
		sendFailure(w, r, err)
	case !result.found:
		sendError(w, songExists)
	default:
		sendCreated(w, "/songs/", result)
	}
}

func readSongQuery(r *http.Request) (query songQuery, ok bool) {
	query.limit = defaultLimit
	if r.URL.RawQuery == "" {
		return query, true
	}
	values := r.URL.Query()
	query.song, query.hasSong, ok = readFilter(values, "song")
	if !ok {
		return query, false
	}
	query.artist, query.hasArtist, ok = readFilter(values, "artist")
	if !ok {
		return query, false
	}
	if values.Has("year") {
		year, err := strconv.ParseInt(values.Get("year"), 10, 32)
		if err != nil {
			return query, false
		}
		query.year, query.hasYear = int32(year), true
	}
	query.limit, ok = readLimit(values)
	return query, ok
}

func (s *songCreate) parse(d *jx.Decoder) error {
	err := d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "song":
			s.song, err = readText(d, 1, 200)
		case "artist":
			s.artist, err = readText(d, 1, 200)
		case "year":
			s.year, err = readOptionalInt32(d)
		default:
			err = errInvalid
		}
		return err
	})
	if err == nil && (s.song == "" || s.artist == "") {
		return errInvalid
	}
	return err
}

func (s *songs) listOnce(query songQuery) ([]byte, error) {
	where := conditions{values: []any{query.limit}}
	if query.hasSong {
		where.add("song", query.song)
	}
	if query.hasArtist {
		where.add("artist", query.artist)
	}
	if query.hasYear {
		where.add("year", query.year)
	}
	text := "SELECT " + songColumns + " FROM songs" + where.text + " ORDER BY id LIMIT $1"
	return s.db.list(text, appendSong, where.values)
}

func (s *songs) findAll(ids []int32, results []result) error {
	return s.db.rowsByID(
		results, func(i int) int32 { return ids[i] }, appendSong,
		"SELECT "+songColumns+" FROM songs WHERE id = ANY ($1)",
		func(ids []int32) []any { return []any{ids} },
	)
}

// createAll inserts the songs that do not exist; the first of a set of duplicates wins. It checks before it inserts,
// because each conflict uses an id; the conflict clause handles concurrent inserts of the same song. All batches insert in
// the same order, which prevents deadlocks.
func (s *songs) createAll(items []songCreate, results []result) error {
	order := make([]int, len(items))
	for i := range order {
		order[i] = i
	}
	compare := func(i, j int) int {
		return cmp.Or(cmp.Compare(items[i].song, items[j].song), cmp.Compare(items[i].artist, items[j].artist))
	}
	slices.SortStableFunc(order, compare)
	order = slices.CompactFunc(order, func(i, j int) bool { return compare(i, j) == 0 })

	firsts := make(map[string]int, len(order))
	titles := make([]string, len(order))
	artists := make([]string, len(order))
	years := make([]*int32, len(order))
	for place, i := range order {
		titles[place], artists[place], years[place] = items[i].song, items[i].artist, items[i].year
		firsts[items[i].song+"\x00"+items[i].artist] = i
	}
	bodies := newBodies(len(items))
	var pair []byte
	err := s.db.each(
		`INSERT INTO songs (song, artist, year)
		SELECT song, artist, year FROM unnest($1::text[], $2::text[], $3::integer[]) AS new (song, artist, year)
		WHERE NOT EXISTS (SELECT FROM songs WHERE songs.song = new.song AND songs.artist = new.artist)
		ON CONFLICT (song, artist) DO NOTHING
		RETURNING `+songColumns,
		func(row [][]byte) {
			pair = append(append(append(pair[:0], row[1]...), 0), row[2]...)
			if i, ok := firsts[string(pair)]; ok {
				bodies.add(&results[i], readInt32(row[0]), appendSongEnvelope, row)
			}
		},
		titles, artists, years,
	)
	if err != nil {
		return err
	}
	bodies.handOut(results)
	return nil
}

func appendSongEnvelope(to []byte, row [][]byte) []byte {
	return append(appendSong(append(to, `{"data":`...), row), '}')
}
