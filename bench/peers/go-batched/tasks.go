package main

import (
	"net/http"
	"slices"

	"github.com/go-faster/jx"
)

type taskCreate struct {
	title, description string
	done               bool
}

type taskReplace struct {
	id   int32
	task taskCreate
}

// taskQuery is comparable: equal queries run once.
type taskQuery struct {
	done, hasDone bool
	limit         int32
}

type tasks struct {
	db       *database
	lists    *sharing[taskQuery]
	finds    *batcher[int32]
	creates  *batcher[taskCreate]
	replaces *batcher[taskReplace]
	deletes  *batcher[int32]
}

const taskColumns = "id, title, description, done, created_at, updated_at"

func newTasks(db *database) *tasks {
	t := &tasks{db: db}
	t.lists = newSharing(t.listOnce)
	t.finds = newBatcher(db.slots, t.findAll, nil)
	t.creates = newBatcher(db.slots, t.createAll, nil)
	t.replaces = newBatcher(db.slots, t.replaceAll, func(r taskReplace) int32 { return r.id })
	t.deletes = newBatcher(db.slots, t.deleteAll, func(id int32) int32 { return id })
	return t
}

func (t *tasks) list(w http.ResponseWriter, r *http.Request) {
	query, ok := readTaskQuery(r)
	if !ok {
		sendError(w, invalid)
		return
	}
	body, err := t.lists.do(query)
	if err != nil {
		sendFailure(w, r, err)
		return
	}
	send(w, http.StatusOK, body)
}

func (t *tasks) get(w http.ResponseWriter, r *http.Request) {
	id, ok := readID(r)
	if !ok {
		sendError(w, invalid)
		return
	}
	result, err := t.finds.do(r.Context(), id)
	sendTask(w, r, result, err)
}

func (t *tasks) create(w http.ResponseWriter, r *http.Request) {
	var task taskCreate
	if !readBody(w, r, task.parse) {
		return
	}
	result, err := t.creates.do(r.Context(), task)
	if err != nil {
		sendFailure(w, r, err)
		return
	}
	sendCreated(w, "/tasks/", result)
}

func (t *tasks) replace(w http.ResponseWriter, r *http.Request) {
	id, ok := readID(r)
	if !ok {
		sendError(w, invalid)
		return
	}
	replace := taskReplace{id: id}
	if !readBody(w, r, replace.task.parse) {
		return
	}
	result, err := t.replaces.do(r.Context(), replace)
	sendTask(w, r, result, err)
}

func (t *tasks) delete(w http.ResponseWriter, r *http.Request) {
	id, ok := readID(r)
	if !ok {
		sendError(w, invalid)
		return
	}
	result, err := t.deletes.do(r.Context(), id)
	switch {
	case err != nil:
		sendFailure(w, r, err)
	case !result.found:
		sendError(w, taskNotFound)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

func sendTask(w http.ResponseWriter, r *http.Request, result result, err error) {
	switch {
	case err != nil:
		sendFailure(w, r, err)
	case !result.found:
		sendError(w, taskNotFound)
	default:
		send(w, http.StatusOK, result.body)
	}
}

func readTaskQuery(r *http.Request) (query taskQuery, ok bool) {
	query.limit = defaultLimit
	if r.URL.RawQuery == "" {
		return query, true
	}
	values := r.URL.Query()
	if values.Has("done") {
		query.hasDone = true
		switch values.Get("done") {
		case "true":
			query.done = true
		case "false":
		default:
			return query, false
		}
	}
	query.limit, ok = readLimit(values)
	return query, ok
}

func (t *taskCreate) parse(d *jx.Decoder) error {
	err := d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "title":
			t.title, err = readText(d, 1, 200)
		case "description":
			t.description, err = readText(d, 0, 2000)
		case "done":
			t.done, err = readBool(d)
		default:
			err = errInvalid
		}
		return err
	})
	if err == nil && t.title == "" {
		return errInvalid
	}
	return err
}

func (t *tasks) listOnce(query taskQuery) ([]byte, error) {
	where := conditions{values: []any{query.limit}}
	if query.hasDone {
		where.add("done", query.done)
	}
	text := "SELECT " + taskColumns + " FROM tasks" + where.text + " ORDER BY id LIMIT $1"
	return t.db.list(text, appendTask, where.values)
}

func (t *tasks) findAll(ids []int32, results []result) error {
	return t.db.rowsByID(
		results, func(i int) int32 { return ids[i] }, appendTask,
		"SELECT "+taskColumns+" FROM tasks WHERE id = ANY ($1)",
		func(ids []int32) []any { return []any{ids} },
	)
}

// createAll inserts tasks in the order of the batch: the first one has the smallest id.
func (t *tasks) createAll(items []taskCreate, results []result) error {
	titles, descriptions, dones := columnsOf(items)
	// SQL does not define the order of the returned rows: sort them by id.
	bodies := newBodies(len(items))
	rows := make([]result, 0, len(items))
	err := t.db.each(
		`INSERT INTO tasks (title, description, done)
		SELECT title, description, done
		FROM unnest($1::text[], $2::text[], $3::boolean[]) WITH ORDINALITY AS new (title, description, done, place)
		ORDER BY place
		RETURNING `+taskColumns,
		func(row [][]byte) {
			rows = append(rows, result{})
			bodies.add(&rows[len(rows)-1], readInt32(row[0]), appendTask, row)
		},
		titles, descriptions, dones,
	)
	if err != nil {
		return err
	}
	bodies.handOut(rows)
	slices.SortFunc(rows, func(a, b result) int { return int(a.id) - int(b.id) })
	copy(results, rows)
	return nil
}

// locked are the rows with the ids $1, locked in the order of the ids, which prevents deadlocks.
const locked = "WITH locked AS MATERIALIZED (SELECT id FROM tasks WHERE id = ANY ($1) ORDER BY id FOR UPDATE) "

func (t *tasks) replaceAll(items []taskReplace, results []result) error {
	contents := make([]taskCreate, len(items))
	for i, item := range items {
		contents[i] = item.task
	}
	titles, descriptions, dones := columnsOf(contents)
	return t.db.rowsByID(
		results, func(i int) int32 { return items[i].id }, appendTask,
		locked+`UPDATE tasks SET title = new.title, description = new.description, done = new.done,
			updated_at = now(), version = gen_random_uuid()
		FROM locked JOIN unnest($1::integer[], $2::text[], $3::text[], $4::boolean[])
			AS new (id, title, description, done) ON new.id = locked.id
		WHERE tasks.id = locked.id
		RETURNING tasks.id, tasks.title, tasks.description, tasks.done, created_at, updated_at`,
		func(ids []int32) []any { return []any{ids, titles, descriptions, dones} },
	)
}

func (t *tasks) deleteAll(ids []int32, results []result) error {
	return t.db.rowsByID(
		results, func(i int) int32 { return ids[i] },
		func(to []byte, _ [][]byte) []byte { return to },
		locked+"DELETE FROM tasks USING locked WHERE tasks.id = locked.id RETURNING tasks.id",
		func(ids []int32) []any { return []any{ids} },
	)
}

func columnsOf(items []taskCreate) (titles, descriptions []string, dones []bool) {
	titles = make([]string, len(items))
	descriptions = make([]string, len(items))
	dones = make([]bool, len(items))
	for i, item := range items {
		titles[i], descriptions[i], dones[i] = item.title, item.description, item.done
	}
	return titles, descriptions, dones
}
