package source

import (
	"context"
	"image"
	"io"
	"sync"
	"time"

	"inbox/peer"
)

// picture is a raw picture, 4:2:0. It is not changed any more once it was handed out.
type picture struct {
	image *image.YCbCr
	time  time.Duration // since the source was opened
}

// pictures is an open device that gives raw pictures. One goroutine reads it; Close may come from another.
type pictures interface {
	next(ctx context.Context) (picture, error) // errors as of peer.Encoder's Next; a corrupt picture is dropped and counted, never an error
	size() (width, height int, fps float64)
	io.Closer
}

// raw is a peer.Source made of a device that gives raw pictures. It encodes
// once per Encode call and hands each encoder the newest picture.
type raw struct {
	open   func(ctx context.Context) (pictures, error)
	codecs []videoCodec
}

// newRaw returns a Source of the pictures of the device that open opens, in
// every codec of this build.
func newRaw(open func(ctx context.Context) (pictures, error)) peer.Source {
	return &raw{open, videoCodecs()}
}

// Formats implements [peer.Source].
func (r *raw) Formats() []string {
	formats := make([]string, 0, len(r.codecs))
	for _, c := range r.codecs {
		formats = append(formats, c.format)
	}
	return formats
}

// Open implements [peer.Source].
func (r *raw) Open(ctx context.Context) (peer.Media, error) {
	if len(r.codecs) == 0 {
		return nil, errNoEncoder
	}
	device, err := r.open(ctx)
	if err != nil {
		return nil, err
	}
	reading, cancel := context.WithCancel(context.WithoutCancel(ctx))
	m := &rawMedia{
		device:   device,
		codecs:   r.codecs,
		opened:   openedAt(device),
		cancel:   cancel,
		ended:    make(chan struct{}),
		encoders: make(map[*rawEncoder]struct{}),
	}
	go m.read(reading)
	return m, nil
}

// openedAt returns the origin of what the device calls time. A device that
// started some time before it was handed over tells by a method of this name.
func openedAt(device any) time.Time {
	if d, ok := device.(interface{ openedAt() time.Time }); ok {
		return d.openedAt()
	}
	return time.Now()
}

// rawMedia is an open device and the encoders that its pictures go to.
type rawMedia struct {
	device pictures
	codecs []videoCodec
	opened time.Time
	cancel context.CancelFunc

	closing sync.Once
	ended   chan struct{} // closed when read returns; err is set before
	err     error

	mu       sync.Mutex
	last     picture // so that an encoder need not wait for the next one
	encoders map[*rawEncoder]struct{}
}

// read hands every picture to every encoder until the device or the Media ends.
func (m *rawMedia) read(ctx context.Context) {
	defer close(m.ended)
	for {
		p, err := m.device.next(ctx)
		if ctx.Err() != nil {
			err = io.EOF
		}
		if err != nil {
			m.err = err
			return
		}
		m.mu.Lock()
		m.last = p
		for e := range m.encoders {
			e.offer(p)
		}
		m.mu.Unlock()
	}
}

// openedAt returns the origin of the Frames' times.
func (m *rawMedia) openedAt() time.Time { return m.opened }

// Size implements [peer.Media].
func (m *rawMedia) Size() (width, height int, fps float64) { return m.device.size() }

// Encode implements [peer.Media].
func (m *rawMedia) Encode(format string, r peer.Rung) (peer.Encoder, error) {
	codec, err := findCodec(m.codecs, format)
	if err != nil {
		return nil, err
	}
	_, _, fps := m.device.size()
	e := &rawEncoder{
		media: m,
		codec: codec,
		rung:  r,
		pace:  newPace(fps, r.FPS),
		slot:  make(chan picture, 1),
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.encoders[e] = struct{}{}
	if m.last.image != nil {
		e.offer(m.last)
	}
	return e, nil
}

// Close implements [peer.Media]. The encoders still have to be closed by those
// who read them.
func (m *rawMedia) Close() error {
	var err error
	m.closing.Do(func() {
		m.cancel()
		err = m.device.Close()
	})
	<-m.ended
	return err
}
