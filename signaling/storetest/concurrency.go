package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"inbox/signaling"
)

// testCancelConsumesNothing lets a waiting reader's cancellation collide with
// a put: the reader gets the message, or it is still there.
func testCancelConsumesNothing(t *testing.T, s store) {
	alice := s.open("alice")
	delivered := 0
	for i := range 5000 {
		ctx, cancel := context.WithCancel(t.Context())
		body := fmt.Sprint(i)
		var wg sync.WaitGroup
		var got signaling.Message
		var err error
		wg.Go(func() { got, err = alice.Take(ctx, time.Hour) })
		// In either order, since on one processor they run in that in which they start.
		rivals := []func(){cancel, func() { s.putKey("bob", "alice", body, "") }}
		first := rand.IntN(2)
		wg.Go(rivals[first])
		wg.Go(rivals[1-first])
		wg.Wait()
		if err == nil {
			delivered++
		} else {
			s.want(err, context.Canceled)
			got = s.take(alice, body)
		}
		s.wantBody(got, nil, body)
		s.empty(alice, "")
	}
	if delivered == 0 || delivered == 5000 {
		t.Errorf("%d of 5000 were delivered: the two did not collide, so this tested nothing", delivered)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	s.put("bob", "alice", "still there")
	_, err := alice.Take(ended, time.Hour)
	s.want(err, context.Canceled)
	s.take(alice, "still there")
}

// testOneOwner lets two owners race for a free identifier, by each of the ways
// in which an inbox is made: exactly one of them has it.
func testOneOwner(t *testing.T, s store) {
	s.open("mailbox")
	makers := []func(signaling.Credentials) error{
		func(c signaling.Credentials) error { _, err := s.Open(context.Background(), c, nil); return err },
		func(c signaling.Credentials) error { return s.Put(context.Background(), c, "mailbox", nil, "", nil) },
	}
	for i := range 1000 {
		id := fmt.Sprint("prize ", i)
		rivals := []signaling.Credentials{owner(id), thief(id)}
		errs := make([]error, 2)
		var wg sync.WaitGroup
		for n, rival := range rivals {
			wg.Go(func() { errs[n] = makers[rand.IntN(2)](rival) })
		}
		wg.Wait()
		winner := 0
		if errs[0] != nil {
			winner = 1
		}
		s.want(errs[1-winner], signaling.ErrWrongPassword)
		s.want(errs[winner], nil)
		s.want(s.Check(t.Context(), rivals[winner]), nil)
		s.want(s.Remove(t.Context(), rivals[winner]), nil)
		if r, err := s.Open(t.Context(), owner("mailbox"), nil); err == nil {
			takeNow(r)
		}
	}
}

// testManyReaders opens readers of one inbox from many goroutines while
// messages come: each message is taken once, and in the end one reader is left.
func testManyReaders(t *testing.T, s store) {
	const readers, messages = 50, 2000
	s.made("alice")
	taken := make(chan string, messages)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range readers {
		wg.Go(func() {
			for ctx.Err() == nil {
				r, err := s.Open(ctx, owner("alice"), nil)
				if err != nil {
					return
				}
				if m, err := r.Take(ctx, time.Second); err == nil {
					taken <- string(m.Body)
				}
				r.Close()
			}
		})
	}
	for i := range messages {
		for errors.Is(s.putKey("bob", "alice", fmt.Sprint(i), ""), signaling.ErrInboxFull) {
			runtime.Gosched() // the readers never rest, so the bubble's time stands still
		}
	}
	seen := make(map[string]bool)
	for range messages {
		body := <-taken
		if seen[body] {
			t.Fatalf("message %s was taken twice", body)
		}
		seen[body] = true
	}
	cancel()
	wg.Wait()
}

// testEverything lets acknowledging and plain readers, that cancel, give back
// and lose connections at random, exchange messages: each sender's messages
// arrive in order and once.
func testEverything(t *testing.T, s store) {
	const peers, messages = 8, 400
	var wg sync.WaitGroup
	for p := range peers {
		s.made(fmt.Sprint("peer ", p))
	}
	for p := range peers {
		wg.Go(func() { sendAll(t, s, p, peers, messages) })
		if p%2 == 0 {
			wg.Go(func() { expectInOrder(t, p, peers, messages, takingReader(s, p)) })
		} else {
			wg.Go(func() { expectInOrder(t, p, peers, messages, acknowledgingReader(s, p)) })
		}
	}
	wg.Wait()
}

func sendAll(t *testing.T, s store, from, peers, messages int) {
	for i := range messages {
		for to := range peers {
			body, key := fmt.Sprintf("%d %d", from, i), fmt.Sprintf("%d to %d", i, to)
			for range 1 + rand.IntN(2) { // some are sent twice
				for {
					err := s.putKey(fmt.Sprint("peer ", from), fmt.Sprint("peer ", to), body, key)
					if err == nil {
						break
					}
					if !errors.Is(err, signaling.ErrInboxFull) {
						t.Errorf("put: %v", err)
						return
					}
					time.Sleep(time.Millisecond)
				}
			}
		}
	}
}

// takingReader returns a function that takes the next message, and puts some
// back first as if their delivery had failed.
func takingReader(s store, peer int) func() signaling.Message {
	return func() signaling.Message {
		for {
			r, err := s.Open(context.Background(), owner(fmt.Sprint("peer ", peer)), nil)
			if err != nil {
				continue
			}
			ctx, cancel := context.WithTimeout(context.Background(), time.Duration(rand.IntN(int(time.Millisecond))))
			m, err := r.Take(ctx, time.Second)
			cancel()
			failed := err == nil && rand.IntN(3) == 0
			if failed {
				r.Return(m)
			}
			r.Close()
			if err == nil && !failed {
				return m
			}
		}
	}
}

// acknowledgingReader returns a function that gives the next message behind the
// last one; connections break before and after its acknowledgement.
func acknowledgingReader(s store, peer int) func() signaling.Message {
	var last string
	var delivered []signaling.Message // and still to be given
	return func() signaling.Message {
		for {
			if len(delivered) > 0 && rand.IntN(3) > 0 {
				m := delivered[0]
				last, delivered = m.ID, delivered[1:]
				return m
			}
			r, err := s.Open(context.Background(), owner(fmt.Sprint("peer ", peer)), nil)
			if err != nil {
				continue
			}
			r.Ack(context.Background(), last)
			ctx, cancel := context.WithTimeout(context.Background(), time.Duration(rand.IntN(int(time.Millisecond))))
			delivered, err = r.Next(ctx, last, 1+rand.IntN(10), time.Second)
			cancel()
			if err != nil {
				delivered = nil
			}
		}
	}
}

func expectInOrder(t *testing.T, peer, peers, messages int, next func() signaling.Message) {
	want := make([]int, peers)
	for range peers * messages {
		m := next()
		var from, i int
		fmt.Sscanf(string(m.Body), "%d %d", &from, &i)
		if m.From != fmt.Sprint("peer ", from) || want[from] != i {
			t.Errorf("peer %d got %q from %s, want number %d", peer, m.Body, m.From, want[from])
			return
		}
		want[from]++
	}
}
