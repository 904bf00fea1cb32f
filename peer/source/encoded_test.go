package source

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/webrtc/v4"

	"inbox/peer"
)

// frames publishes a frame for each letter: K is a key frame, anything else is not.
func frames(m *encodedMedia, letters string) {
	for _, c := range []byte(letters) {
		m.publish(unit{data: []byte{c}, key: c == 'K'}, 0)
	}
}

// queued returns the letters that wait in e.
func queued(t *testing.T, e peer.Encoder) string {
	t.Helper()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	var letters []byte
	for {
		f, err := e.Next(gone)
		if errors.Is(err, context.Canceled) {
			return string(letters)
		}
		if err != nil {
			t.Fatal(err)
		}
		letters = append(letters, f.Data...)
	}
}

func testMedia() *encodedMedia {
	m := newEncodedMedia(h264Format, &tally{})
	m.release = func() error { return nil }
	return m
}

func encoderOf(t *testing.T, m peer.Media) peer.Encoder {
	t.Helper()
	e, err := m.Encode(h264Format, peer.Rung{})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEncodedBeginsAtKeyFrame(t *testing.T) {
	m := testMedia()
	a := encoderOf(t, m)
	frames(m, "..K..")
	b := encoderOf(t, m)
	frames(m, "..K.")
	if got := queued(t, a); got != "K....K." {
		t.Errorf("the first got %s", got)
	}
	if got := queued(t, b); got != "K." {
		t.Errorf("the second got %s", got)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	frames(m, "K.")
	if got := queued(t, b); got != "K." {
		t.Errorf("the second got %s after the first was closed", got)
	}
	if skipped := m.tally.read().Skipped; skipped != 0 {
		t.Errorf("%d skipped", skipped)
	}
}

func TestEncodedFallsBehind(t *testing.T) {
	run := func(n int) string { return string(slices.Repeat([]byte{'.'}, n)) }
	tests := []struct {
		name, came, want string
		skipped          uint64
	}{
		{"not yet", "K" + run(29), "K" + run(29), 0},
		{"until the next key frame", "K" + run(32) + "K.", "K.", 33},
		{"to one that waits", "K" + run(19) + "K" + run(10), "K" + run(10), 20},
		{"at one that comes", "K" + run(29) + "K.", "K.", 30},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := testMedia()
			slow := encoderOf(t, m)
			frames(m, tt.came)
			if got := queued(t, slow); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if got := m.tally.read().Skipped; got != tt.skipped {
				t.Errorf("%d skipped, want %d", got, tt.skipped)
			}
		})
	}
}

func TestEncodedRefuses(t *testing.T) {
	m := testMedia()
	if _, err := m.Encode(webrtc.MimeTypeVP8, peer.Rung{}); !errors.Is(err, ErrFormat) {
		t.Errorf("another format: %v", err)
	}
	e := encoderOf(t, m)
	frames(m, "K")
	m.end(peer.ErrGone)
	if got := nextFrame(t, e); !got.Key {
		t.Error("what was queued is given before the end")
	}
	if _, err := e.Next(t.Context()); !errors.Is(err, peer.ErrGone) {
		t.Errorf("then %v", err)
	}
	if err := m.Close(); err != nil {
		t.Error(err)
	}
	if _, err := m.Encode(h264Format, peer.Rung{}); !errors.Is(err, io.EOF) {
		t.Errorf("Encode of what is closed: %v", err)
	}
}

func TestEncodedWithoutKeyFrames(t *testing.T) {
	m := testMedia()
	e := encoderOf(t, m)
	for i := range 61 {
		m.publish(unit{data: []byte{'.'}}, time.Duration(i)*time.Second+time.Millisecond)
	}
	if _, err := e.Next(t.Context()); !errors.Is(err, ErrNoKeyFrame) {
		t.Errorf("got %v", err)
	}
}

// TestEncodedConcurrently is for the race detector.
func TestEncodedConcurrently(t *testing.T) {
	m := testMedia()
	var all, others sync.WaitGroup
	for range 4 {
		e := encoderOf(t, m)
		all.Go(func() {
			defer e.Close()
			last := time.Duration(-1)
			for {
				f, err := e.Next(t.Context())
				if errors.Is(err, io.EOF) {
					return
				}
				if err != nil || f.Time <= last {
					t.Errorf("frame of %v after %v: %v", f.Time, last, err)
					return
				}
				last = f.Time
			}
		})
		others.Go(func() {
			for range 100 {
				m.Size()
				e := encoderOf(t, m)
				e.Close()
			}
		})
	}
	for range 500 {
		frames(m, "K...")
	}
	others.Wait()
	for range 2 {
		all.Go(func() { m.Close() })
	}
	all.Wait()
}

// encodingDevice is a camera that encodes by itself.
type encodingDevice struct {
	chunks chan []byte
	opened time.Time
	asked  int
	closed bool
}

func (d *encodingDevice) read(ctx context.Context) ([]byte, time.Duration, error) {
	select {
	case <-ctx.Done():
		return nil, 0, ctx.Err()
	case b, ok := <-d.chunks:
		if !ok {
			return nil, 0, peer.ErrGone
		}
		return b, time.Since(d.opened), nil
	}
}

func (d *encodingDevice) ForceKeyFrame() error      { d.asked++; return nil }
func (d *encodingDevice) size() (int, int, float64) { return 640, 480, 25 }
func (d *encodingDevice) Close() error              { d.closed = true; return nil }

func TestDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &encodingDevice{chunks: make(chan []byte), opened: time.Now()}
		m := newEncoded(h264Format, d.read, d)
		if w, h, fps := m.Size(); w != 640 || h != 480 || fps != 25 {
			t.Errorf("size %dx%d, %v fps", w, h, fps)
		}
		d.chunks <- slices.Concat(nal(t, spsHigh, ppsPlain), joined(idr(0)))
		time.Sleep(40 * time.Millisecond)
		d.chunks <- joined(pic(1))
		time.Sleep(40 * time.Millisecond)
		e := encoderOf(t, m) // gets what the device began with
		if f := nextFrame(t, e); !f.Key || f.Time != 0 {
			t.Errorf("first %+v", f)
		}
		if f := nextFrame(t, e); f.Key || f.Time != 40*time.Millisecond {
			t.Errorf("then %+v", f)
		}
		d.chunks <- joined(pic(2))
		sent := time.Now()
		if nextFrame(t, e); time.Since(sent) != idleTime {
			t.Errorf("a picture took %v", time.Since(sent))
		}
		if err := e.(peer.KeyFrameForcer).ForceKeyFrame(); err != nil || d.asked != 1 {
			t.Errorf("asked %d times for a key frame: %v", d.asked, err)
		}
		late := encoderOf(t, m)
		if d.asked != 2 {
			t.Error("an encoder that comes later asks for a key frame")
		}
		d.chunks <- joined(pic(3), idr(4))
		if f := nextFrame(t, late); !f.Key {
			t.Errorf("it got %+v", f)
		}
		if err := m.Close(); err != nil || !d.closed {
			t.Errorf("closed %v: %v", d.closed, err)
		}
		if _, err := late.Next(t.Context()); !errors.Is(err, io.EOF) {
			t.Errorf("Next: %v", err)
		}
	})
}

func TestDeviceGone(t *testing.T) {
	d := &encodingDevice{chunks: make(chan []byte)}
	m := newEncoded(webrtc.MimeTypeVP8, d.read, d)
	defer m.Close()
	e, err := m.Encode(webrtc.MimeTypeVP8, peer.Rung{})
	if err != nil {
		t.Fatal(err)
	}
	d.chunks <- vp8Frame(true, 0)
	close(d.chunks)
	if f := nextFrame(t, e); !f.Key {
		t.Errorf("got %+v", f)
	}
	if _, err := e.Next(t.Context()); !errors.Is(err, peer.ErrGone) {
		t.Errorf("got %v", err)
	}
}
