package main

import (
	"context"
	"errors"
	"runtime"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"
)

const (
	maxBatch   = 100
	maxWaiting = 10_000
)

// errBusy says that too many wait: nothing was run.
var errBusy = errors.New("too many requests wait for the database")

// result is what a statement gave for one item.
type result struct {
	// found tells whether there is, or now is, a row for the item.
	found bool
	id    int32
	// body is the row as JSON.
	body       []byte
	start, end int
}

type call[I any] struct {
	ctx    context.Context
	item   I
	result result
	err    error
	done   chan struct{}
}

// batcher lets calls that arrive together travel together. Each joins the batch that is being filled, never one that
// has left, so that it sees all that was acknowledged before it began. A batch leaves when a slot is free, once every
// request that is ready to run has had its turn; there are no timers.
type batcher[I any] struct {
	// run fills in one result an item.
	run func(items []I, results []result) error
	// rowOf, where it is set, keeps two items with the same row out of one batch.
	rowOf func(I) int32
	slots int

	calls     sync.Pool
	trips     sync.Pool
	mutex     sync.Mutex
	waiting   []*call[I]
	inFlight  int
	isLeaving bool
}

// trip is the memory of one batch, for use by the next.
type trip[I any] struct {
	calls   []*call[I]
	items   []I
	results []result
	rows    map[int32]struct{}
}

func newBatcher[I any](slots int, run func([]I, []result) error, rowOf func(I) int32) *batcher[I] {
	return &batcher[I]{
		run:   run,
		rowOf: rowOf,
		slots: slots,
		calls: sync.Pool{New: func() any { return &call[I]{done: make(chan struct{}, 1)} }},
		trips: sync.Pool{New: func() any { return &trip[I]{rows: map[int32]struct{}{}} }},
	}
}

// do runs an item in the next batch. One whose context has ended by then is left out.
func (b *batcher[I]) do(ctx context.Context, item I) (result, error) {
	c := b.calls.Get().(*call[I])
	c.ctx, c.item = ctx, item
	b.mutex.Lock()
	if len(b.waiting) >= maxWaiting {
		b.mutex.Unlock()
		return result{}, errBusy
	}
	b.waiting = append(b.waiting, c)
	mayLeave := b.mayLeave()
	b.isLeaving = b.isLeaving || mayLeave
	b.mutex.Unlock()
	if mayLeave {
		go b.leave()
	}
	<-c.done
	result, err := c.result, c.err
	*c = call[I]{done: c.done}
	b.calls.Put(c)
	return result, err
}

// mayLeave tells whether somebody has to see to the next batch.
func (b *batcher[I]) mayLeave() bool {
	return len(b.waiting) > 0 && b.inFlight < b.slots && !b.isLeaving
}

// leave runs batches until nobody waits, or all slots are taken.
func (b *batcher[I]) leave() {
	t := b.trips.Get().(*trip[I])
	defer b.trips.Put(t)
	for isFull := false; ; {
		if !isFull {
			// To the end of the queue of the scheduler: the requests that are ready join first.
			runtime.Gosched()
		}
		b.mutex.Lock()
		b.isLeaving = false
		b.take(t)
		if len(t.calls) == 0 {
			b.mutex.Unlock()
			return
		}
		b.inFlight++
		if b.mayLeave() {
			b.isLeaving = true
			go b.leave()
		}
		b.mutex.Unlock()

		b.send(t)

		b.mutex.Lock()
		b.inFlight--
		isFull = len(b.waiting) >= maxBatch
		goesOn := b.mayLeave()
		b.isLeaving = b.isLeaving || goesOn
		b.mutex.Unlock()
		for i, c := range t.calls {
			c.result = t.results[i]
			c.done <- struct{}{}
		}
		clear(t.calls)
		clear(t.items)
		clear(t.results)
		if !goesOn {
			return
		}
	}
}

// take moves the next batch out of the queue.
func (b *batcher[I]) take(t *trip[I]) {
	t.calls, t.items = t.calls[:0], t.items[:0]
	clear(t.rows)
	stay := 0
	next := 0
	for ; next < len(b.waiting) && len(t.calls) < maxBatch; next++ {
		c := b.waiting[next]
		if err := c.ctx.Err(); err != nil {
			c.err = err
			c.done <- struct{}{}
			continue
		}
		if b.rowOf != nil {
			row := b.rowOf(c.item)
			if _, ok := t.rows[row]; ok {
				b.waiting[stay] = c
				stay++
				continue
			}
			t.rows[row] = struct{}{}
		}
		t.calls = append(t.calls, c)
		t.items = append(t.items, c.item)
	}
	stay += copy(b.waiting[stay:], b.waiting[next:])
	clear(b.waiting[stay:])
	b.waiting = b.waiting[:stay]
}

func (b *batcher[I]) send(t *trip[I]) {
	n := len(t.calls)
	if cap(t.results) < n {
		t.results = make([]result, maxBatch)
	}
	t.results = t.results[:n]
	err := b.run(t.items, t.results)
	if err == nil {
		return
	}
	clear(t.results)
	if n == 1 || !wasRolledBack(err) {
		for _, c := range t.calls {
			c.err = err
		}
		return
	}
	// It may be the fault of one: the others are not to suffer for it.
	for i, c := range t.calls {
		c.err = b.run(t.items[i:i+1], t.results[i:i+1])
	}
}

// wasRolledBack tells whether the database refused a statement, which then left no trace. One without an answer may
// have been committed, and nothing is run twice.
func wasRolledBack(err error) bool {
	var refused *pgconn.PgError
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.Code[:2] {
	case "08", "53", "57", "58":
		return false
	}
	return true
}
