package main

import (
	"runtime"
	"sync"
)

const maxListsInFlight = 10

// sharing runs equal waiting queries once. No request joins a query that was sent.
type sharing[K comparable] struct {
	run func(key K) ([]byte, error)

	mutex   sync.Mutex
	places  map[K]*place[K]
	queue   []*place[K]
	callers int
	runners int
}

type place[K comparable] struct {
	key     K
	callers int
	body    []byte
	err     error
	done    chan struct{}
}

func newSharing[K comparable](run func(K) ([]byte, error)) *sharing[K] {
	return &sharing[K]{run: run, places: map[K]*place[K]{}}
}

func (s *sharing[K]) do(key K) ([]byte, error) {
	s.mutex.Lock()
	if s.callers >= maxWaiting {
		s.mutex.Unlock()
		return nil, errBusy
	}
	s.callers++
	p, ok := s.places[key]
	if !ok {
		p = &place[K]{key: key, done: make(chan struct{})}
		s.places[key] = p
		s.queue = append(s.queue, p)
	}
	p.callers++
	mayStart := !ok && s.runners < maxListsInFlight
	if mayStart {
		s.runners++
	}
	s.mutex.Unlock()
	if mayStart {
		go s.work()
	}
	<-p.done
	return p.body, p.err
}

func (s *sharing[K]) work() {
	for {
		runtime.Gosched()
		s.mutex.Lock()
		if len(s.queue) == 0 {
			s.runners--
			s.mutex.Unlock()
			return
		}
		p := s.queue[0]
		copy(s.queue, s.queue[1:])
		s.queue[len(s.queue)-1] = nil
		s.queue = s.queue[:len(s.queue)-1]
		delete(s.places, p.key)
		s.callers -= p.callers
		s.mutex.Unlock()
		p.body, p.err = s.run(p.key)
		close(p.done)
	}
}
