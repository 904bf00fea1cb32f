package source

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"inbox/peer"
)

// encodedQueue is how many frames wait for an encoder that is not read: a
// second's, at most rates.
const encodedQueue = 30

// frameGap is the least time between two frames of one Media.
const frameGap = time.Millisecond

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
	if !strings.EqualFold(format, m.format) {
		return nil, fmt.Errorf("%w: the stream is %s and is passed on as it is, not as %s", ErrFormat, m.format, format)
	}
	r, err := m.join()
	if err != nil {
		return nil, err
	}
	if m.forcer == nil {
		return r, nil
	}
	if !r.begun() {
		// Without it the first frame only comes later, so its error is of no account.
		_ = m.forcer.ForceKeyFrame()
	}
	return &forcingReader{r, m.forcer}, nil
}

// join adds a reader, with what was kept for the first one.
func (m *encodedMedia) join() (*encodedReader, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return nil, m.err
	}
	r := &encodedReader{media: m, wake: make(chan struct{}, 1), waiting: true, since: m.last}
	for _, f := range m.backlog {
		r.put(f)
	}
	m.keep, m.backlog = false, nil
	m.readers = append(m.readers, r)
	m.begin()
	return r, nil
}

// begin tells whoever plays a file that somebody watches. The caller holds mu.
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
