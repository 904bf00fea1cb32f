package signaling

import (
	"cmp"
	"container/list"
	"context"
	"crypto/rand"
	"sync"
	"time"
)

// MemoryOptions configure a [Memory]. The zero value of every field is its default.
type MemoryOptions struct {
	InboxTimeout   time.Duration // an inbox lives this long after its owner last asked or sent; default 60 s
	MessageTimeout time.Duration // a message lives this long after it was put; default 60 s
	InboxCapacity  int           // messages that an inbox holds for its owner to read; default 100
	MaxInboxes     int           // inboxes in all; default 100,000
	MaxBytes       int64         // bytes of all messages, with what it takes to keep them; default 256 MiB
}

func (o MemoryOptions) withDefaults() MemoryOptions {
	o.InboxTimeout = cmp.Or(o.InboxTimeout, time.Minute)
	o.MessageTimeout = cmp.Or(o.MessageTimeout, time.Minute)
	o.InboxCapacity = cmp.Or(o.InboxCapacity, 100)
	o.MaxInboxes = cmp.Or(o.MaxInboxes, 100_000)
	o.MaxBytes = cmp.Or(o.MaxBytes, 256<<20)
	return o
}

// Memory is the Store in this process's memory. It forgets everything when the
// process ends.
//
// Expired inboxes and messages are recognised when they are met; [Memory.Run]
// frees the memory of those that nobody meets again. Both are kept in the order
// in which they expire, so freeing them costs what expires and not what exists.
type Memory struct {
	opts  MemoryOptions
	epoch string    // begins every message ID, so that IDs of another process are known as such
	start time.Time // times are kept as the time since then, in 8 bytes

	mu      sync.Mutex
	hasher  passwordHasher
	inboxes map[string]*inbox
	idle    list.List // of *inbox without a reader, the longest idle first
	queue   list.List // of *message in all inboxes, in the order in which they expire
	lastSeq uint64
	bytes   int64
	refused uint64
}

// NewMemory returns an empty Store.
func NewMemory(opts MemoryOptions) *Memory {
	return &Memory{
		opts:    opts.withDefaults(),
		hasher:  newPasswordHasher(),
		epoch:   rand.Text()[:10] + "-",
		start:   time.Now(),
		inboxes: make(map[string]*inbox),
	}
}

// Stats are the figures of a Memory at one moment.
type Stats struct {
	Inboxes  int    // inboxes in memory, expired ones not yet freed included
	Messages int    // messages in memory, likewise
	Bytes    int64  // what counts against MaxBytes
	Refused  uint64 // puts refused since the start because an inbox or the Store was full
}

// Stats returns the present figures.
func (m *Memory) Stats() Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	return Stats{len(m.inboxes), m.queue.Len(), m.bytes, m.refused}
}

// Check implements [Store].
func (m *Memory) Check(_ context.Context, owner Credentials) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	b, err := m.owned(owner, now)
	if err != nil {
		return err
	}
	if b == nil {
		return ErrNotFound
	}
	m.touch(b, now)
	return nil
}

// Open implements [Store].
func (m *Memory) Open(_ context.Context, owner Credentials, admit Admission) (Reader, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	b, err := m.owned(owner, now)
	if err != nil {
		return nil, err
	}
	if b == nil {
		if b, err = m.make(owner, now, admit); err != nil {
			return nil, err
		}
	}
	m.touch(b, now)
	r := &reader{store: m, inbox: b, wake: make(chan struct{}, 1)}
	m.attach(b, r)
	return r, nil
}

// Put implements [Store].
func (m *Memory) Put(_ context.Context, from Credentials, to string, body []byte, key string, admit Admission) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	sender, err := m.owned(from, now)
	if err != nil {
		return err
	}
	if sender != nil {
		m.touch(sender, now)
		if sender.keys.has(key) {
			return nil
		}
	}
	receiver := m.find(to, now)
	if receiver == nil {
		return ErrNotFound
	}
	msg := &message{from: from.ID, body: body, put: now, inbox: receiver}
	if err := m.room(msg, now); err != nil {
		m.refused++
		return err
	}
	if sender == nil {
		if sender, err = m.make(from, now, admit); err != nil {
			return err
		}
	}
	m.bytes += sender.remember(key)
	m.lastSeq++
	msg.seq = m.lastSeq
	receiver.messages = append(receiver.messages, msg)
	m.enqueue(msg)
	receiver.reader.notify()
	return nil
}

// Remove implements [Store].
func (m *Memory) Remove(_ context.Context, owner Credentials) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	b, err := m.owned(owner, m.now())
	if err != nil {
		return err
	}
	if b == nil {
		return ErrNotFound
	}
	m.remove(b)
	return nil
}

// owned returns the caller's live inbox, nil if there is none, and
// ErrWrongPassword if it is another's.
func (m *Memory) owned(owner Credentials, now time.Duration) (*inbox, error) {
	b := m.find(owner.ID, now)
	if b != nil && !b.password.equal(m.hasher.hash(owner)) {
		return nil, ErrWrongPassword
	}
	return b, nil
}

// find returns the live inbox id, nil if there is none.
func (m *Memory) find(id string, now time.Duration) *inbox {
	b := m.inboxes[id]
	if b == nil {
		return nil
	}
	if m.expired(b, now) {
		m.remove(b)
		return nil
	}
	m.dropExpired(b, now)
	return b
}

func (m *Memory) make(owner Credentials, now time.Duration, admit Admission) (*inbox, error) {
	if admit != nil {
		if err := admit(); err != nil {
			return nil, err
		}
	}
	if len(m.inboxes) >= m.opts.MaxInboxes && m.free(now, sweepBatch) == 0 {
		return nil, ErrTooManyInboxes
	}
	b := &inbox{id: owner.ID, password: m.hasher.hash(owner), touched: now}
	b.idle = m.idle.PushBack(b)
	m.inboxes[b.id] = b
	return b, nil
}

// remove forgets an inbox and its messages, and tells its reader.
func (m *Memory) remove(b *inbox) {
	delete(m.inboxes, b.id)
	if b.idle != nil {
		m.idle.Remove(b.idle)
		b.idle = nil
	}
	m.drop(b, len(b.messages))
	m.bytes -= b.keys.size()
	b.keys = nil
	b.reader.end(ErrNotFound)
	b.reader = nil
}

// room returns an error if there is no room for msg.
func (m *Memory) room(msg *message, now time.Duration) error {
	b, capacity := msg.inbox, m.opts.InboxCapacity
	// What was delivered and waits for its acknowledgement has room of its own,
	// so that a stream never makes its inbox look full.
	if len(b.messages)-b.delivered >= capacity || len(b.messages) >= 2*capacity {
		return ErrInboxFull
	}
	for m.bytes+msg.size()+keySize > m.opts.MaxBytes {
		if m.free(now, sweepBatch) == 0 {
			return ErrStoreFull
		}
	}
	return nil
}

// now is the time since the Store was made.
func (m *Memory) now() time.Duration { return time.Since(m.start) }
