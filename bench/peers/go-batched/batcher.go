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

// errBusy is returned if the queue is full.
var errBusy = errors.New("too many requests wait for the database")

// result is the result of a statement for one item.
type result struct {
	// found tells whether the statement found or created the row of the item.
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

// batcher coalesces concurrent calls into batches. A call never joins a batch that was sent, so that it sees all writes
// that were acknowledged before. A batch is sent when a slot is free and all runnable goroutines have run; there are no
// timers.
type batcher[I any] struct {
	// run sets one result per item.
	run func(items []I, results []result) error
	// rowOf, if set, keeps two items with the same row out of one batch.
	rowOf func(I) int32
	slots int

	calls     sync.Pool
	batches   sync.Pool
	mutex     sync.Mutex
	waiting   []*call[I]
	inFlight  int
	isSending bool
}

// batch is the memory of a batch, which a later one reuses.
type batch[I any] struct {
	calls   []*call[I]
	items   []I
	results []result
	rows    map[int32]struct{}
}

func newBatcher[I any](slots int, run func([]I, []result) error, rowOf func(I) int32) *batcher[I] {
	return &batcher[I]{
		run:     run,
		rowOf:   rowOf,
		slots:   slots,
		calls:   sync.Pool{New: func() any { return &call[I]{done: make(chan struct{}, 1)} }},
		batches: sync.Pool{New: func() any { return &batch[I]{rows: map[int32]struct{}{}} }},
	}
}

// do runs an item in a batch, unless its context ends before.
func (b *batcher[I]) do(ctx context.Context, item I) (result, error) {
	c := b.calls.Get().(*call[I])
	c.ctx, c.item = ctx, item
	b.mutex.Lock()
	if len(b.waiting) >= maxWaiting {
		b.mutex.Unlock()
		return result{}, errBusy
	}
	b.waiting = append(b.waiting, c)
	maySend := b.maySend()
	b.isSending = b.isSending || maySend
	b.mutex.Unlock()
	if maySend {
		go b.sendBatches()
	}
	<-c.done
	result, err := c.result, c.err
	*c = call[I]{done: c.done}
	b.calls.Put(c)
	return result, err
}

// maySend tells whether to start sending the next batch.
func (b *batcher[I]) maySend() bool {
	return len(b.waiting) > 0 && b.inFlight < b.slots && !b.isSending
}

// sendBatches sends batches until the queue is empty or all slots are in use.
func (b *batcher[I]) sendBatches() {
	t := b.batches.Get().(*batch[I])
	defer b.batches.Put(t)
	for isFull := false; ; {
		if !isFull {
			// Runnable requests join the batch first.
			runtime.Gosched()
		}
		b.mutex.Lock()
		b.isSending = false
		b.take(t)
		if len(t.calls) == 0 {
			b.mutex.Unlock()
			return
		}
		b.inFlight++
		if b.maySend() {
			b.isSending = true
			go b.sendBatches()
		}
		b.mutex.Unlock()

		b.send(t)

		b.mutex.Lock()
		b.inFlight--
		isFull = len(b.waiting) >= maxBatch
		continues := b.maySend()
		b.isSending = b.isSending || continues
		b.mutex.Unlock()
		for i, c := range t.calls {
			c.result = t.results[i]
			c.done <- struct{}{}
		}
		clear(t.calls)
		clear(t.items)
		clear(t.results)
		if !continues {
			return
		}
	}
}

// take moves the next batch out of the queue.
func (b *batcher[I]) take(t *batch[I]) {
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

func (b *batcher[I]) send(t *batch[I]) {
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
	// One item may have caused the error: the others must not fail because of it.
	for i, c := range t.calls {
		c.err = b.run(t.items[i:i+1], t.results[i:i+1])
	}
}

// wasRolledBack tells whether the database rejected a statement, which then had no effect. A statement without a result may
// have been committed and must not be run again.
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
