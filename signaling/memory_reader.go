package signaling

import (
	"context"
	"errors"
	"time"
)

// reader is the Reader of a Memory's inbox.
type reader struct {
	store *Memory
	inbox *inbox
	wake  chan struct{} // holds one token while there may be something new for the waiting goroutine
	err   error         // why the reading ended; guarded by store.mu
	taken *message      // what Take returned last, for Return; guarded by store.mu
	timer *time.Timer   // of the waiting goroutine; nil before the first wait
}

// notify wakes the reader's goroutine. A nil reader has none.
func (r *reader) notify() {
	if r == nil {
		return
	}
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// end ends the reading with err. A nil reader has ended already.
func (r *reader) end(err error) {
	if r == nil {
		return
	}
	r.err = err
	r.notify()
}

// Take implements [Reader].
func (r *reader) Take(ctx context.Context, wait time.Duration) (Message, error) {
	var msg Message
	err := r.wait(ctx, wait, func() (err error) {
		msg, err = r.take()
		return err
	})
	return msg, err
}

// Next implements [Reader].
func (r *reader) Next(ctx context.Context, after string, limit int, wait time.Duration) ([]Message, error) {
	seq := r.store.sequence(after)
	var messages []Message
	err := r.wait(ctx, wait, func() (err error) {
		messages, err = r.peek(seq, limit)
		return err
	})
	return messages, err
}

// wait calls try, with the store locked, until it gives something else than
// ErrEmpty or the time is over. A put does not hand its message over, it only
// wakes: so a reader whose context has ended has nothing that it could lose.
func (r *reader) wait(ctx context.Context, wait time.Duration, try func() error) error {
	var timeout <-chan time.Time
	for {
		err := r.try(ctx, try)
		if !errors.Is(err, ErrEmpty) || wait <= 0 {
			return err
		}
		if timeout == nil {
			timeout = r.startTimer(wait)
			defer r.timer.Stop()
		}
		select {
		case <-r.wake:
		case <-ctx.Done():
		case <-timeout:
			wait = 0
		}
	}
}

// startTimer uses one timer again and again: a stream waits for every message.
func (r *reader) startTimer(wait time.Duration) <-chan time.Time {
	if r.timer == nil {
		r.timer = time.NewTimer(wait)
	} else {
		r.timer.Reset(wait)
	}
	return r.timer.C
}

func (r *reader) try(ctx context.Context, try func() error) error {
	m := r.store
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if r.err != nil {
		return r.err
	}
	m.dropExpired(r.inbox, m.now())
	return try()
}

func (r *reader) take() (Message, error) {
	b := r.inbox
	if len(b.messages) == 0 {
		return Message{}, ErrEmpty
	}
	r.taken = b.messages[0]
	r.store.drop(b, 1)
	return r.store.message(r.taken), nil
}

func (r *reader) peek(after uint64, limit int) ([]Message, error) {
	b := r.inbox
	first := b.behind(after)
	if first == len(b.messages) {
		return nil, ErrEmpty
	}
	end := first + min(limit, len(b.messages)-first)
	b.delivered = max(b.delivered, end)
	messages := make([]Message, 0, end-first)
	for _, msg := range b.messages[first:end] {
		messages = append(messages, r.store.message(msg))
	}
	return messages, nil
}

func (m *Memory) message(msg *message) Message {
	return Message{ID: m.messageID(msg.seq), From: msg.from, Body: msg.body}
}

// Return implements [Reader].
func (r *reader) Return(msg Message) {
	m := r.store
	m.mu.Lock()
	defer m.mu.Unlock()
	taken := r.taken
	if taken == nil || taken.seq != m.sequence(msg.ID) || m.inboxes[r.inbox.id] != r.inbox {
		return
	}
	r.taken = nil
	m.putBack(r.inbox, taken)
}

// Ack implements [Reader].
func (r *reader) Ack(ctx context.Context, upTo string) error {
	m := r.store
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if r.err != nil {
		return r.err
	}
	m.drop(r.inbox, r.inbox.behind(m.sequence(upTo)))
	return nil
}

// Close implements [Reader].
func (r *reader) Close() {
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	r.store.detach(r)
}
