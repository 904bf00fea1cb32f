package source

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"inbox/peer"
)

// encodedQueue is how many frames wait for an encoder that is not read: a
// second's, at most rates.
const encodedQueue = 30

// frameGap is the least time between two frames of one Media.
const frameGap = time.Millisecond

// keyFrameWait is how long an encoder waits for a key frame before it says that
// the stream has none.
const keyFrameWait = time.Minute

// encodedMedia is the open end of a stream that is already encoded: every frame
// goes to all its encoders.
//
//	stream ──> parser ──> publish ──┬──> queue ──> encodedReader
//	                                └──> queue ──> encodedReader
type encodedMedia struct {
	format  string
	tally   *tally
	begun   chan struct{}       // closed by the first Encode
	forcer  peer.KeyFrameForcer // nil where key frames come when they come
	release func() error        // frees the device; called once, without mu

	mu      sync.Mutex
	closing sync.Once
	readers []*encodedReader
	backlog []peer.Frame // what came before the first Encode, from a key frame on
	keep    bool         // frames are kept for the first Encode
	shape   shape
	last    time.Duration // of the newest frame; negative before the first
	err     error         // why there are no more frames; nil while there are
	freed   error         // what release returned
}

func newEncodedMedia(format string, t *tally) *encodedMedia {
	return &encodedMedia{format: format, tally: t, begun: make(chan struct{}), last: -frameGap}
}

// Encode implements [peer.Media]. The Rung is ignored.
func (m *encodedMedia) Encode(format string, _ peer.Rung) (peer.Encoder, error) {
	if format != m.format {
		return nil, fmt.Errorf("%w: the stream is %s and is passed on as it is, not as %s", ErrFormat, m.format, format)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return nil, m.err
	}
	r := &encodedReader{media: m, wake: make(chan struct{}, 1), waiting: true, since: m.last}
	for _, f := range m.backlog {
		r.put(f)
	}
	if m.keep, m.backlog = false, nil; len(m.readers) == 0 {
		m.begin()
	}
	m.readers = append(m.readers, r)
	if m.forcer == nil {
		return r, nil
	}
	return &forcingReader{r, m.forcer}, nil
}

func (m *encodedMedia) begin() {
	select {
	case <-m.begun:
	default:
		close(m.begun)
	}
}

// Size implements [peer.Media].
func (m *encodedMedia) Size() (width, height int, fps float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.shape.width, m.shape.height, m.shape.fps
}

// Close implements [peer.Media].
func (m *encodedMedia) Close() error {
	m.end(io.EOF)
	m.closing.Do(func() {
		m.mu.Lock()
		for _, r := range m.readers {
			r.queue = nil
		}
		m.readers, m.backlog, m.err = nil, nil, io.EOF
		m.mu.Unlock()
		m.freed = m.release()
	})
	return m.freed
}

// publish gives a frame, taken at t since the Media was opened, to all encoders.
// Each is later than the one before it: two frames with one time stamp would be
// taken for one.
func (m *encodedMedia) publish(u unit, t time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return
	}
	m.shape = u.shape
	m.last = max(t, m.last+frameGap, 0)
	f := peer.Frame{Data: u.data, Time: m.last, Key: u.key}
	for _, r := range m.readers {
		r.put(f)
	}
	if m.keep {
		m.store(f)
	}
}

// store keeps a frame for the first Encode: some cameras give a key frame when
// they are opened, and the next one after ten seconds.
func (m *encodedMedia) store(f peer.Frame) {
	if f.Key {
		m.backlog = nil
	} else if len(m.backlog) == 0 {
		return
	}
	m.backlog = append(m.backlog, f)
	if len(m.backlog) > encodedQueue {
		m.backlog = nil
	}
}

// end ends all encoders with err once they have given what is queued.
func (m *encodedMedia) end(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err == nil {
		m.err = err
	}
	for _, r := range m.readers {
		r.notify()
	}
}

// encodedReader is a [peer.Encoder] that encodes nothing: it gives the frames as
// they are, from a key frame on. One that is not read fast enough goes on at a
// later key frame.
type encodedReader struct {
	media *encodedMedia
	wake  chan struct{} // has one when there may be something new

	// These are guarded by media.mu.
	queue   []peer.Frame
	waiting bool          // for a key frame
	behind  bool          // because it was too slow
	since   time.Duration // when it began to wait
	err     error         // ends it alone
}

// put queues a frame. The caller holds media.mu.
func (r *encodedReader) put(f peer.Frame) {
	if len(r.queue) == encodedQueue {
		r.skip(f)
	}
	if r.waiting && !f.Key {
		r.miss(f)
		return
	}
	r.waiting, r.behind = false, false
	r.queue = append(r.queue, f)
	r.notify()
}

// skip makes room for f by leaving out what comes before the newest key frame.
func (r *encodedReader) skip(f peer.Frame) {
	n := len(r.queue)
	if !f.Key {
		n = lastKey(r.queue)
	}
	if n == 0 {
		n = len(r.queue)
		r.waiting, r.behind, r.since = true, true, f.Time
	}
	r.queue = slices.Delete(r.queue, 0, n)
	r.media.tally.add(StreamStats{Skipped: uint64(n)})
}

// miss leaves out a frame because decoding cannot begin with it.
func (r *encodedReader) miss(f peer.Frame) {
	if r.behind {
		r.media.tally.add(StreamStats{Skipped: 1})
	}
	if f.Time-r.since > keyFrameWait && r.err == nil {
		r.err = ErrNoKeyFrame
		r.notify()
	}
}

// lastKey returns the index of the last key frame, 0 if there is none.
func lastKey(frames []peer.Frame) int {
	n := len(frames) - 1
	for n > 0 && !frames[n].Key {
		n--
	}
	return n
}

func (r *encodedReader) notify() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Next implements [peer.Encoder].
func (r *encodedReader) Next(ctx context.Context) (peer.Frame, error) {
	for {
		f, ok, err := r.take()
		if ok || err != nil {
			return f, err
		}
		select {
		case <-ctx.Done():
			return peer.Frame{}, ctx.Err()
		case <-r.wake:
		}
	}
}

// take returns the next frame if there is one, and an error if none will come.
func (r *encodedReader) take() (f peer.Frame, ok bool, err error) {
	r.media.mu.Lock()
	defer r.media.mu.Unlock()
	if len(r.queue) == 0 {
		return peer.Frame{}, false, cmp.Or(r.err, r.media.err)
	}
	f = r.queue[0]
	r.queue = slices.Delete(r.queue, 0, 1)
	return f, true, nil
}

// Close implements [peer.Encoder].
func (r *encodedReader) Close() error {
	r.media.mu.Lock()
	defer r.media.mu.Unlock()
	r.queue = nil
	if i := slices.Index(r.media.readers, r); i >= 0 {
		r.media.readers = slices.Delete(r.media.readers, i, i+1)
	}
	return nil
}

// forcingReader is an encodedReader of a device that makes key frames when asked.
type forcingReader struct {
	*encodedReader
	peer.KeyFrameForcer
}
