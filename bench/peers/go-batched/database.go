package main

import (
	"context"
	"strconv"

	"github.com/jackc/pgx/v5/pgxpool"
)

// database runs the batches. A batch belongs to many requests: the context of a request does not cancel it.
// `statement_timeout` limits its time, see main.go.
type database struct {
	pool  *pgxpool.Pool
	slots int
}

// each runs a prepared statement and passes on its raw rows. When it returns nil, the writes of the statement are
// committed.
func (db *database) each(text string, see func(row [][]byte), values ...any) error {
	rows, err := db.pool.Query(context.Background(), text, values...)
	if err != nil {
		return err
	}
	for rows.Next() {
		see(rows.RawValues())
	}
	return rows.Err()
}

// list returns rows as a JSON array.
func (db *database) list(text string, encode func([]byte, [][]byte) []byte, values []any) ([]byte, error) {
	body := append(make([]byte, 0, 4096), '[')
	err := db.each(text, func(row [][]byte) {
		if len(body) > 1 {
			body = append(body, ',')
		}
		body = encode(body, row)
	}, values...)
	return append(body, ']'), err
}

// rowsByID runs a statement whose rows begin with an id, and sets the row of each item by its id.
func (db *database) rowsByID(
	results []result, idOf func(i int) int32, encode func([]byte, [][]byte) []byte,
	text string, valuesOf func(ids []int32) []any,
) error {
	firsts := make(map[int32]int, len(results))
	ids := make([]int32, 0, len(results))
	for i := range results {
		id := idOf(i)
		if _, ok := firsts[id]; !ok {
			firsts[id] = i
			ids = append(ids, id)
		}
	}
	bodies := newBodies(len(results))
	err := db.each(text, func(row [][]byte) {
		id := readInt32(row[0])
		if first, ok := firsts[id]; ok {
			bodies.add(&results[first], id, encode, row)
		}
	}, valuesOf(ids)...)
	if err != nil {
		return err
	}
	bodies.handOut(results)
	if len(ids) < len(results) {
		for i := range results {
			results[i] = results[firsts[idOf(i)]]
		}
	}
	return nil
}

// bodies is one buffer for the responses of a batch.
type bodies struct{ bytes []byte }

func newBodies(count int) bodies { return bodies{make([]byte, 0, 192*count)} }

func (b *bodies) add(r *result, id int32, encode func([]byte, [][]byte) []byte, row [][]byte) {
	r.found, r.id, r.start = true, id, len(b.bytes)
	b.bytes = encode(b.bytes, row)
	r.end = len(b.bytes)
}

// handOut sets the body of each result, when all rows are written.
func (b *bodies) handOut(results []result) {
	for i := range results {
		if r := &results[i]; r.found {
			r.body = b.bytes[r.start:r.end:r.end]
		}
	}
}

// conditions builds a WHERE clause.
type conditions struct {
	text   string
	values []any
}

func (c *conditions) add(column string, value any) {
	c.values = append(c.values, value)
	word := " AND "
	if c.text == "" {
		word = " WHERE "
	}
	c.text += word + column + " = $" + strconv.Itoa(len(c.values))
}
