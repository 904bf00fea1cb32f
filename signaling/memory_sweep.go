package signaling

import (
	"context"
	"time"
)

const (
	// sweepBatch is how many expired inboxes and messages are freed while the
	// Store is locked, so that a caller never waits for more than that.
	sweepBatch = 128
	// sweepPause is the time between two batches. Without it the sweep would take
	// the lock again before those who wait for it have woken.
	sweepPause = time.Millisecond
)

// Run frees the memory of what has expired, once every interval (a second if
// it is 0), until ctx ends. It returns the context's error.
func (m *Memory) Run(ctx context.Context, interval time.Duration) error {
	if interval <= 0 {
		interval = time.Second
	}
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
			m.sweep(ctx)
		}
	}
}

// sweep frees all that has expired, a batch at a time.
func (m *Memory) sweep(ctx context.Context) {
	for {
		m.mu.Lock()
		n := m.free(m.now(), sweepBatch)
		m.mu.Unlock()
		if n < sweepBatch {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(sweepPause):
		}
	}
}

// free frees up to n expired inboxes and the messages of up to n more, and
// returns of how many.
func (m *Memory) free(now time.Duration, n int) (freed int) {
	for ; freed < n; freed++ {
		e := m.idle.Front()
		if e == nil || !m.expired(e.Value.(*inbox), now) {
			break
		}
		m.remove(e.Value.(*inbox))
	}
	for range n {
		e := m.queue.Front()
		if e == nil || now-e.Value.(*message).put < m.opts.MessageTimeout {
			break
		}
		m.dropExpired(e.Value.(*message).inbox, now)
		freed++
	}
	return freed
}
