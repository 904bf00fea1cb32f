package source

import (
	"cmp"
	"context"
	"io"
	"time"

	"github.com/pion/webrtc/v4"

	"inbox/peer"
)

// newEncoded makes a Media of a device that encodes by itself. Format is a MIME
// type. Read waits for the device's next bytes and returns them with the time
// since the device was opened; they are only used until it is called again. For
// H.264 they are an access unit with start codes or a piece of one; of other
// formats, a frame. It returns when ctx ends; its errors are those of
// [peer.Encoder]'s Next.
//
// One goroutine calls read until Close, which then closes closer. Two methods
// of closer are used if it has them: ForceKeyFrame of [peer.KeyFrameForcer], by
// the goroutines that call Encode and read encoders, and size as of pictures.
func newEncoded(format string, read func(ctx context.Context) ([]byte, time.Duration, error), closer io.Closer) peer.Media {
	m := newEncodedMedia(format, &tally{})
	m.keep = true
	m.forcer, _ = closer.(peer.KeyFrameForcer)
	if d, ok := closer.(interface{ size() (int, int, float64) }); ok {
		m.shape.width, m.shape.height, m.shape.fps = d.size()
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		m.end(m.pass(ctx, read))
	}()
	m.release = func() error {
		cancel()
		<-done
		return closer.Close()
	}
	return m
}

// pass publishes what read returns until that ends, and says why it did.
func (m *encodedMedia) pass(ctx context.Context, read func(context.Context) ([]byte, time.Duration, error)) error {
	known := m.shape
	u := newPump(m.deviceParser(func(u unit) error {
		if u.shape.width == 0 {
			u.shape = known
		}
		if u.shape.fps == 0 {
			u.shape.fps = known.fps
		}
		m.publish(u, u.came)
		return nil
	}))
	for {
		b, came, err := read(ctx)
		if err != nil {
			return cmp.Or(u.end(), err)
		}
		if err := u.write(b, came, false); err != nil {
			return err
		}
	}
}

func (m *encodedMedia) deviceParser(emit func(unit) error) parser {
	if m.format != webrtc.MimeTypeH264 {
		return &wholeFrames{m.format, emit, m.tally}
	}
	p := newAnnexB(emit, m.tally)
	p.trust = p.needed // a driver hands over pictures, not blocks of bytes
	return p
}

// wholeFrames is the parser of a device that gives one frame of VP8, VP9 or AV1
// at a time.
type wholeFrames struct {
	format string
	emit   func(unit) error
	tally  *tally
}

func (w *wholeFrames) write(b []byte, now time.Duration) error {
	if len(b) == 0 {
		return nil
	}
	key, err := isKeyFrame(w.format, b)
	if err != nil {
		return err
	}
	w.tally.add(StreamStats{Frames: 1})
	return w.emit(unit{data: append([]byte(nil), b...), key: key, came: now, pts: -1})
}

func (w *wholeFrames) quiet() error { return nil }
func (w *wholeFrames) end() error   { return nil }
