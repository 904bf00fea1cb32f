package peer

import (
	"context"
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/webrtc/v4"
)

// fakeSource gives numbered frames of H.264 and Opus, as many as a real camera.
type fakeSource struct {
	formats []string
	fps     float64
	late    time.Duration // what it takes to encode a picture
	slow    time.Duration // what it takes to open

	mu      sync.Mutex
	open    int // how often it is open now
	opened  int
	openErr error
	media   *fakeMedia
}

func (s *fakeSource) Formats() []string { return s.formats }

func (s *fakeSource) Open(context.Context) (Media, error) {
	time.Sleep(s.slow) // the bubble's time
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.openErr != nil {
		return nil, s.openErr
	}
	s.open++
	s.opened++
	s.media = &fakeMedia{source: s, began: time.Now(), gone: make(chan struct{}), failed: make(chan struct{})}
	return s.media, nil
}

func (s *fakeSource) state() (open, opened int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open, s.opened
}

// fail makes what is open fail, and opening too, until err is nil.
func (s *fakeSource) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.openErr = err
	if err != nil && s.media != nil {
		s.media.err = err
		close(s.media.failed)
		s.media = nil
	}
}

// current is what is open now.
func (s *fakeSource) current() *fakeMedia {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.media
}

type fakeMedia struct {
	source *fakeSource
	began  time.Time
	gone   chan struct{}
	failed chan struct{}
	err    error

	mu       sync.Mutex
	encoders int // running
	all      []*fakeEncoder
}

func (m *fakeMedia) Size() (int, int, float64) { return 1280, 720, m.source.fps }

func (m *fakeMedia) Close() error {
	m.source.mu.Lock()
	defer m.source.mu.Unlock()
	m.source.open--
	close(m.gone)
	return nil
}

func (m *fakeMedia) Encode(format string, r Rung) (Encoder, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.encoders++
	e := &fakeEncoder{media: m, format: format, rung: r, bitrate: r.Bitrate, key: true}
	m.all = append(m.all, e)
	return e, nil
}

// running is how many encoders have not been closed.
func (m *fakeMedia) running() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.encoders
}

// bitrate is that of the newest encoder.
func (m *fakeMedia) bitrate() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.all[len(m.all)-1]
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.bitrate
}

// made is how many pictures of full size were made.
func (m *fakeMedia) made() (n int) {
	for _, e := range m.encodersMade() {
		if e.rung.Width == 1280 {
			n += int(e.frames.Load())
		}
	}
	return n
}

// keys is how many key frames were made.
func (m *fakeMedia) keys() int { return len(m.keyTimes()) }

// keyTimes is when key frames were made.
func (m *fakeMedia) keyTimes() (all []time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range m.all {
		e.mu.Lock()
		all = append(all, e.keys...)
		e.mu.Unlock()
	}
	return all
}

// fakeEncoder makes frames as large as its bitrate says; a key frame is four
// times as large as another.
type fakeEncoder struct {
	media  *fakeMedia
	format string
	rung   Rung
	key    bool
	frames atomic.Int64

	mu      sync.Mutex
	bitrate int
	keys    []time.Time
}

func (e *fakeEncoder) Next(ctx context.Context) (Frame, error) {
	fps := e.rung.FPS
	if strings.HasPrefix(e.format, "audio/") {
		fps = 50
	}
	timer := time.NewTimer(time.Duration(float64(time.Second) / fps))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return Frame{}, ctx.Err()
	case <-e.media.gone:
		return Frame{}, io.EOF
	case <-e.media.failed:
		return Frame{}, e.media.err
	}
	f := Frame{Time: time.Since(e.media.began), Key: e.key}
	if !strings.HasPrefix(e.format, "audio/") {
		f.Time -= e.media.source.late
	}
	f.Data = e.data(fps)
	e.key = false
	e.frames.Add(1)
	return f, nil
}

// widthAt is where a slice tells its picture's width, behind its first byte.
const widthAt = 3

// data is an access unit of H.264, a frame of VP8, or a packet of sound.
func (e *fakeEncoder) data(fps float64) []byte {
	if strings.HasPrefix(e.format, "audio/") {
		return make([]byte, 80)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	size := int(float64(e.bitrate) / 8 / fps)
	if e.format == webrtc.MimeTypeVP8 {
		return e.vp8(size)
	}
	slice := append([]byte{0, 0, 0, 1, 0x41}, make([]byte, size+widthAt+2)...)
	slice[4+widthAt] = 0xff // what follows must not look like a start code
	binary.BigEndian.PutUint16(slice[5+widthAt:], uint16(e.rung.Width))
	if !e.key {
		return slice
	}
	e.keys = append(e.keys, time.Now())
	slice[4] = 0x65
	sets := []byte{0, 0, 0, 1, 0x67, 0x42, 0xe0, 0x1f, 1, 0, 0, 0, 1, 0x68, 0xce, 1}
	return append(sets, append(slice, make([]byte, 3*size)...)...)
}

func (e *fakeEncoder) vp8(size int) []byte {
	if !e.key {
		return append([]byte{1}, make([]byte, size)...)
	}
	e.keys = append(e.keys, time.Now())
	return append([]byte{0, 0, 0, 0x9d, 0x01, 0x2a}, make([]byte, 4*size)...)
}

func (e *fakeEncoder) SetBitrate(b int) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.bitrate = b
	return nil
}

func (e *fakeEncoder) ForceKeyFrame() error {
	e.key = true
	return nil
}

func (e *fakeEncoder) Close() error {
	e.media.mu.Lock()
	defer e.media.mu.Unlock()
	e.media.encoders--
	return nil
}

// encodersMade are all that were made.
func (m *fakeMedia) encodersMade() []*fakeEncoder {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.all)
}

// now is the encoder's bitrate.
func (e *fakeEncoder) now() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.bitrate
}
