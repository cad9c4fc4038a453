package main

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

type song struct {
	ID        int32   `json:"id"`
	Song      string  `json:"song"`
	Artist    string  `json:"artist"`
	Year      *int32  `json:"year"`
	CreatedAt instant `json:"createdAt"`
}

type songCreate struct {
	Song   string `json:"song" binding:"required,max=200,text"`
	Artist string `json:"artist" binding:"required,max=200,text"`
	Year   *int32 `json:"year"`
}

type songQuery struct {
	Song   *string `form:"song" binding:"omitnil,min=1,max=200,text"`
	Artist *string `form:"artist" binding:"omitnil,min=1,max=200,text"`
	Year   *int32  `form:"year"`
	Limit  int32   `form:"limit,default=20" binding:"min=1,max=100"`
}

type songs struct{ pool *pgxpool.Pool }

const songColumns = "id, song, artist, year, created_at"

// fields are the targets of songColumns.
func (s *song) fields() []any {
	return []any{&s.ID, &s.Song, &s.Artist, &s.Year, (*time.Time)(&s.CreatedAt)}
}

func scanSong(row pgx.CollectableRow) (found song, err error) {
	err = row.Scan(found.fields()...)
	return found, err
}

func (s songs) list(c *gin.Context) {
	var query songQuery
	if !bindQuery(c, &query) {
		return
	}
	var conditions []string
	values := []any{query.Limit}
	where := func(column string, value any) {
		values = append(values, value)
		conditions = append(conditions, column+" = $"+strconv.Itoa(len(values)))
	}
	if query.Song != nil {
		where("song", *query.Song)
	}
	if query.Artist != nil {
		where("artist", *query.Artist)
	}
	if query.Year != nil {
		where("year", *query.Year)
	}
	text := "SELECT " + songColumns + " FROM songs"
	if len(conditions) > 0 {
		text += " WHERE " + strings.Join(conditions, " AND ")
	}
	rows, err := s.pool.Query(c.Request.Context(), text+" ORDER BY id LIMIT $1", values...)
	if err != nil {
		abortFailed(c, err)
		return
	}
	found, err := pgx.AppendRows(make([]song, 0, query.Limit), rows, scanSong)
	if err != nil {
		abortFailed(c, err)
		return
	}
	c.JSON(http.StatusOK, found)
}

func (s songs) get(c *gin.Context) {
	id, ok := bindID(c)
	if !ok {
		return
	}
	var found song
	err := s.pool.QueryRow(c.Request.Context(), "SELECT "+songColumns+" FROM songs WHERE id = $1", id).
		Scan(found.fields()...)
	switch {
	case err == nil:
		c.JSON(http.StatusOK, found)
	case errors.Is(err, pgx.ErrNoRows):
		abortNotFound(c, "Song not found")
	default:
		abortFailed(c, err)
	}
}

func (s songs) create(c *gin.Context) {
	var body songCreate
	if !bindBody(c, &body) {
		return
	}
	var created song
	err := s.pool.QueryRow(
		c.Request.Context(),
		`INSERT INTO songs (song, artist, year) VALUES ($1, $2, $3)
		ON CONFLICT (song, artist) DO NOTHING RETURNING `+songColumns,
		body.Song, body.Artist, body.Year,
	).Scan(created.fields()...)
	switch {
	case err == nil:
		c.Header("Location", "/songs/"+strconv.Itoa(int(created.ID)))
		c.JSON(http.StatusCreated, gin.H{"data": created})
	case errors.Is(err, pgx.ErrNoRows):
		abort(c, http.StatusConflict, "ConflictError", "Song already exists")
	default:
		abortFailed(c, err)
	}
}
