package signaling

import (
	"container/list"
	"crypto/sha256"
	"slices"
	"strconv"
	"strings"
	"time"
)

// inbox is one inbox of a Memory, guarded by the Memory's mutex. An idle one is
// small: it has no queue, no keys and no reader.
type inbox struct {
	id        string
	password  passwordHash
	touched   time.Duration // when its owner last asked or sent
	messages  []*message    // oldest first; nil when empty
	delivered int           // so many of them, from the oldest on, were handed out and wait to be acknowledged
	keys      *keyRing      // idempotency keys of what its owner sent; nil if none
	reader    *reader       // nil if none
	idle      *list.Element // its place in Memory.idle; nil while it has a reader
}

// message is one message of an inbox.
type message struct {
	seq   uint64
	from  string
	body  []byte
	put   time.Duration
	inbox *inbox
	queue *list.Element // its place in Memory.queue
}

// messageOverhead is about what it takes to keep a message beside its body:
// the message, its place in two queues and allocation's rounding.
const messageOverhead = 160

func (msg *message) size() int64 { return int64(len(msg.body)) + messageOverhead }

// expired reports whether b's owner has been away for too long.
func (m *Memory) expired(b *inbox, now time.Duration) bool {
	return b.reader == nil && now-b.touched >= m.opts.InboxTimeout
}

// touch notes that b's owner asked or sent.
func (m *Memory) touch(b *inbox, now time.Duration) {
	b.touched = now
	if b.idle != nil {
		m.idle.MoveToBack(b.idle)
	}
}

// attach makes r the reader of b and displaces the one before.
func (m *Memory) attach(b *inbox, r *reader) {
	b.reader.end(ErrDisplaced)
	b.reader = r
	if b.idle != nil {
		m.idle.Remove(b.idle)
		b.idle = nil
	}
}

// detach ends r's reading, if it is still the reader of its inbox.
func (m *Memory) detach(r *reader) {
	b := r.inbox
	if b.reader != r {
		return
	}
	b.reader = nil
	b.touched = m.now()
	b.idle = m.idle.PushBack(b)
}

// enqueue counts msg, and puts it where the sweep finds it.
func (m *Memory) enqueue(msg *message) {
	m.bytes += msg.size()
	msg.queue = m.queue.PushBack(msg)
}

// drop forgets the n oldest messages of b.
func (m *Memory) drop(b *inbox, n int) {
	for _, msg := range b.messages[:n] {
		m.bytes -= msg.size()
		m.queue.Remove(msg.queue)
	}
	clear(b.messages[:n])
	b.messages = b.messages[n:]
	b.delivered = max(0, b.delivered-n)
	if len(b.messages) == 0 {
		b.messages = nil
	}
}

func (m *Memory) dropExpired(b *inbox, now time.Duration) {
	n := 0
	for n < len(b.messages) && now-b.messages[n].put >= m.opts.MessageTimeout {
		n++
	}
	m.drop(b, n)
}

// putBack puts a taken message in its old place.
func (m *Memory) putBack(b *inbox, msg *message) {
	i := b.behind(msg.seq)
	b.messages = slices.Insert(b.messages, i, msg)
	if i < b.delivered {
		b.delivered++
	}
	// It may stand behind younger ones in the queue, which costs at most one
	// more message timeout until its memory is free.
	m.enqueue(msg)
	b.reader.notify()
}

// behind returns the index of b's first message behind seq. It looks from the
// end: a reader that keeps up has all but the last.
func (b *inbox) behind(seq uint64) int {
	i := len(b.messages)
	for i > 0 && b.messages[i-1].seq > seq {
		i--
	}
	return i
}

// messageID is a sequence number as readers see it.
func (m *Memory) messageID(seq uint64) string {
	var id [maxCursor]byte
	return string(strconv.AppendUint(append(id[:0], m.epoch...), seq, 36))
}

// sequence is the inverse of messageID; 0 for an ID that m did not give.
func (m *Memory) sequence(id string) uint64 {
	digits, ok := strings.CutPrefix(id, m.epoch)
	if !ok {
		return 0
	}
	seq, err := strconv.ParseUint(digits, 36, 64)
	if err != nil {
		return 0
	}
	return seq
}

// keyRing holds the newest idempotency keys of one sender, hashed. A nil
// keyRing is empty.
type keyRing struct {
	keys []keyHash
	next int // the oldest, which is replaced next, once the ring is full
}

type keyHash [16]byte

const (
	keyRingLength = 64
	keySize       = int64(len(keyHash{}))
)

func hashKey(key string) keyHash {
	sum := sha256.Sum256([]byte(key))
	return keyHash(sum[:])
}

func (k *keyRing) has(key string) bool {
	return k != nil && key != "" && slices.Contains(k.keys, hashKey(key))
}

func (k *keyRing) size() int64 {
	if k == nil {
		return 0
	}
	return int64(len(k.keys)) * keySize
}

// remember adds key to the keys of what b's owner sent, and returns by how
// many bytes that grew them.
func (b *inbox) remember(key string) int64 {
	if key == "" {
		return 0
	}
	if b.keys == nil {
		b.keys = &keyRing{}
	}
	k := b.keys
	if len(k.keys) < keyRingLength {
		k.keys = append(k.keys, hashKey(key))
		return keySize
	}
	k.keys[k.next] = hashKey(key)
	k.next = (k.next + 1) % keyRingLength
	return 0
}
