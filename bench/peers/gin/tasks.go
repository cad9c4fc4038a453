package main

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

type task struct {
	ID          int32   `json:"id"`
	Title       string  `json:"title"`
	Description string  `json:"description"`
	Done        bool    `json:"done"`
	CreatedAt   instant `json:"createdAt"`
	UpdatedAt   instant `json:"updatedAt"`
}

type taskCreate struct {
	Title       string          `json:"title" binding:"required,max=200,text"`
	Description notNull[string] `json:"description" binding:"max=2000,text"`
	Done        notNull[bool]   `json:"done"`
}

type taskQuery struct {
	Done  *bool `form:"done"`
	Limit int32 `form:"limit,default=20" binding:"min=1,max=100"`
}

type tasks struct{ pool *pgxpool.Pool }

const taskColumns = "id, title, description, done, created_at, updated_at"

// fields are the targets of taskColumns.
func (t *task) fields() []any {
	return []any{&t.ID, &t.Title, &t.Description, &t.Done, (*time.Time)(&t.CreatedAt), (*time.Time)(&t.UpdatedAt)}
}

func scanTask(row pgx.CollectableRow) (found task, err error) {
	err = row.Scan(found.fields()...)
	return found, err
}

func (t tasks) list(c *gin.Context) {
	var query taskQuery
	if !bindQuery(c, &query) {
		return
	}
	where := ""
	values := []any{query.Limit}
	if query.Done != nil {
		where = " WHERE done = $2"
		values = append(values, *query.Done)
	}
	text := "SELECT " + taskColumns + " FROM tasks" + where + " ORDER BY id LIMIT $1"
	rows, err := t.pool.Query(c.Request.Context(), text, values...)
	if err != nil {
		abortFailed(c, err)
		return
	}
	found, err := pgx.AppendRows(make([]task, 0, query.Limit), rows, scanTask)
	if err != nil {
		abortFailed(c, err)
		return
	}
	c.JSON(http.StatusOK, found)
}

func (t tasks) get(c *gin.Context) {
	id, ok := bindID(c)
	if !ok {
		return
	}
	var found task
	err := t.pool.QueryRow(c.Request.Context(), "SELECT "+taskColumns+" FROM tasks WHERE id = $1", id).
		Scan(found.fields()...)
	respondWithTask(c, found, err)
}

func (t tasks) create(c *gin.Context) {
	var body taskCreate
	if !bindBody(c, &body) {
		return
	}
	var created task
	err := t.pool.QueryRow(
		c.Request.Context(),
		"INSERT INTO tasks (title, description, done) VALUES ($1, $2, $3) RETURNING "+taskColumns,
		body.Title, body.Description.value, body.Done.value,
	).Scan(created.fields()...)
	if err != nil {
		abortFailed(c, err)
		return
	}
	c.Header("Location", "/tasks/"+strconv.Itoa(int(created.ID)))
	c.JSON(http.StatusCreated, created)
}

func (t tasks) replace(c *gin.Context) {
	id, ok := bindID(c)
	if !ok {
		return
	}
	var body taskCreate
	if !bindBody(c, &body) {
		return
	}
	var replaced task
	err := t.pool.QueryRow(
		c.Request.Context(),
		`UPDATE tasks SET title = $2, description = $3, done = $4, updated_at = now(), version = gen_random_uuid()
		WHERE id = $1 RETURNING `+taskColumns,
		id, body.Title, body.Description.value, body.Done.value,
	).Scan(replaced.fields()...)
	respondWithTask(c, replaced, err)
}

func (t tasks) delete(c *gin.Context) {
	id, ok := bindID(c)
	if !ok {
		return
	}
	deleted, err := t.pool.Exec(c.Request.Context(), "DELETE FROM tasks WHERE id = $1", id)
	switch {
	case err != nil:
		abortFailed(c, err)
	case deleted.RowsAffected() == 0:
		abortNotFound(c, "Task not found")
	default:
		c.Status(http.StatusNoContent)
	}
}

func respondWithTask(c *gin.Context, found task, err error) {
	switch {
	case err == nil:
		c.JSON(http.StatusOK, found)
	case errors.Is(err, pgx.ErrNoRows):
		abortNotFound(c, "Task not found")
	default:
		abortFailed(c, err)
	}
}
