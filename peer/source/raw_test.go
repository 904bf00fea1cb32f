package source

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"inbox/peer"
)

// fakeDevice gives the pictures that a test puts in.
type fakeDevice struct {
	in      chan picture // closed: the device is gone
	closing sync.Once
	closed  chan struct{}
}

func newFakeDevice() *fakeDevice {
	return &fakeDevice{in: make(chan picture), closed: make(chan struct{})}
}

func (d *fakeDevice) next(ctx context.Context) (picture, error) {
	select {
	case p, ok := <-d.in:
		if !ok {
			return picture{}, fmt.Errorf("unplugged: %w", peer.ErrGone)
		}
		return p, nil
	case <-d.closed:
		return picture{}, io.EOF
	case <-ctx.Done():
		return picture{}, ctx.Err()
	}
}

func (d *fakeDevice) size() (width, height int, fps float64) { return 64, 48, 30 }

func (d *fakeDevice) Close() error {
	d.closing.Do(func() { close(d.closed) })
	return nil
}

func (d *fakeDevice) put(width, height int, t time.Duration) {
	d.in <- picture{image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420), t}
}

// fakeCodec writes what it was asked for.
type fakeCodec struct {
	o     encoderOptions
	begun bool
	skip  int // so many pictures are left out
}

func (c *fakeCodec) encode(img *image.YCbCr, _ time.Duration, key bool) ([]byte, bool, error) {
	if c.skip > 0 {
		c.skip--
		return nil, false, nil
	}
	key = key || !c.begun
	c.begun = true
	return fmt.Appendf(nil, "%v of %dx%d at %d", img.Rect.Size(), c.o.width, c.o.height, c.o.bitrate), key, nil
}

func (c *fakeCodec) setBitrate(n int) error { c.o.bitrate = n; return nil }
func (c *fakeCodec) Close() error           { c.begun = false; return nil }

// openFake opens a raw source with a codec called fake/video, whose encoders
// leave out skip pictures.
func openFake(t *testing.T, skip int) (*fakeDevice, peer.Media) {
	t.Helper()
	d := newFakeDevice()
	s := &raw{
		func(context.Context) (pictures, error) { return d, nil },
		[]videoCodec{{"fake/video", "fake", func(o encoderOptions) (videoEncoder, error) {
			return &fakeCodec{o: o, skip: skip}, nil
		}}},
	}
	m, err := s.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return d, m
}

func startEncoder(t *testing.T, m peer.Media, format string, r peer.Rung) peer.Encoder {
	t.Helper()
	e, err := m.Encode(format, r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func nextFrame(t *testing.T, e peer.Encoder) peer.Frame {
	t.Helper()
	f, err := e.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestRawSlowEncoder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := openFake(t, 0)
		slow, fast := startEncoder(t, m, "fake/video", peer.Rung{}), startEncoder(t, m, "FAKE/video", peer.Rung{})
		for i := range 5 {
			d.put(64, 48, time.Duration(i)*time.Second)
			if f := nextFrame(t, fast); f.Time != time.Duration(i)*time.Second || f.Key != (i == 0) {
				t.Errorf("frame %d: time %v, key %v", i, f.Time, f.Key)
			}
		}
		if f := nextFrame(t, slow); f.Time != 4*time.Second || !f.Key {
			t.Errorf("the slow encoder got the picture of %v, key %v; want the newest", f.Time, f.Key)
		}
		late := startEncoder(t, m, "fake/video", peer.Rung{})
		if f := nextFrame(t, late); f.Time != 4*time.Second || !f.Key {
			t.Errorf("a new encoder got the picture of %v, key %v; want the one that is there", f.Time, f.Key)
		}
	})
}

func TestRawControl(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := openFake(t, 2)
		e := startEncoder(t, m, "fake/video", peer.Rung{Height: 24, Bitrate: 1000})
		set := func(bitrate int) {
			if err := e.(peer.BitrateSetter).SetBitrate(bitrate); err != nil {
				t.Error(err)
			}
		}
		go func() { // a picture a second
			for i := range 8 { // the third and the eighth are the first that the codec does not leave out
				time.Sleep(time.Second)
				if i < 5 {
					d.put(64, 48, 0)
				} else {
					d.put(128, 96, 0)
				}
			}
		}()
		want := func(data string, key bool) {
			t.Helper()
			if f := nextFrame(t, e); string(f.Data) != data || f.Key != key {
				t.Errorf("got %q, key %v; want %q, key %v", f.Data, f.Key, data, key)
			}
		}
		want("(32,24) of 32x24 at 1000", true) // after two that were left out
		set(2000)
		want("(32,24) of 32x24 at 2000", false)
		if err := e.(peer.KeyFrameForcer).ForceKeyFrame(); err != nil {
			t.Error(err)
		}
		want("(32,24) of 32x24 at 2000", true)
		want("(32,24) of 32x24 at 2000", true) // another size
		if err := e.(peer.BitrateSetter).SetBitrate(0); err == nil {
			t.Error("a bitrate of 0 was taken")
		}
	})
}

func TestRawEnds(t *testing.T) {
	tests := []struct {
		name string
		end  func(d *fakeDevice, m peer.Media)
		want error
	}{
		{"closed", func(_ *fakeDevice, m peer.Media) { m.Close() }, io.EOF},
		{"gone", func(d *fakeDevice, _ peer.Media) { close(d.in) }, peer.ErrGone},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, m := openFake(t, 0)
				var ended sync.WaitGroup
				for range 3 {
					e := startEncoder(t, m, "fake/video", peer.Rung{})
					ended.Go(func() {
						if _, err := e.Next(t.Context()); !errors.Is(err, tt.want) {
							t.Errorf("Next returned %v, want %v", err, tt.want)
						}
					})
				}
				synctest.Wait()
				tt.end(d, m)
				ended.Wait()
			})
		})
	}
}

func TestRawContext(t *testing.T) {
	_, m := openFake(t, 0)
	e := startEncoder(t, m, "fake/video", peer.Rung{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Next with a cancelled context returned %v", err)
	}
}

func TestRawCannotEncode(t *testing.T) {
	d, m := openFake(t, 0)
	if _, err := m.Encode("video/H265", peer.Rung{}); err == nil || !strings.Contains(err.Error(), "this build cannot encode") {
		t.Errorf("a format that is not there: %v", err)
	}
	e := startEncoder(t, m, "fake/video", peer.Rung{Width: 8})
	d.put(64, 48, 0)
	if _, err := e.Next(t.Context()); err == nil || !strings.Contains(err.Error(), "too small") {
		t.Errorf("a picture of 8x6: %v", err)
	}
	none := &raw{open: func(context.Context) (pictures, error) { t.Error("opened"); return nil, io.EOF }}
	if _, err := none.Open(t.Context()); !errors.Is(err, errNoEncoder) {
		t.Errorf("Open without codecs: %v", err)
	}
	if n := len(none.Formats()); n != 0 {
		t.Errorf("%d formats without codecs", n)
	}
}

func TestFit(t *testing.T) {
	tests := []struct {
		width, height int
		rung          peer.Rung
		want          image.Point
	}{
		{1280, 720, peer.Rung{}, image.Pt(1280, 720)},
		{1280, 720, peer.Rung{Width: 1920, Height: 1080}, image.Pt(1280, 720)},
		{1280, 720, peer.Rung{Height: 480}, image.Pt(852, 480)},
		{1920, 1080, peer.Rung{Width: 640, Height: 480}, image.Pt(640, 360)},
		{720, 1280, peer.Rung{Width: 640, Height: 480}, image.Pt(270, 480)},
		{641, 481, peer.Rung{}, image.Pt(640, 480)},
		{10, 10, peer.Rung{Width: 1}, image.Pt(0, 0)},
	}
	for _, tt := range tests {
		w, h := fit(tt.width, tt.height, tt.rung)
		if got := image.Pt(w, h); got != tt.want {
			t.Errorf("%dx%d for %+v became %v, want %v", tt.width, tt.height, tt.rung, got, tt.want)
		}
	}
}

func TestPace(t *testing.T) {
	tests := []struct {
		device, asked float64
		fps           float64 // declared to the codec
		want          int     // pictures taken of ten seconds
	}{
		{30, 0, 30, 300},
		{30, 30, 30, 300},
		{30, 60, 30, 300},
		{30, 15, 15, 150},
		{30, 10, 10, 100},
		{30, 20, 20, 200},
		{30, 1, 1, 10},
		{0, 0, 30, 300},
		{0, 15, 15, 150},
	}
	for _, tt := range tests {
		p := newPace(tt.device, tt.asked)
		if p.fps != tt.fps {
			t.Errorf("%v of %v: %v pictures a second, want %v", tt.asked, tt.device, p.fps, tt.fps)
		}
		taken := 0
		for i := range 300 {
			jitter := time.Duration(i*7919%5-2) * time.Millisecond
			if p.take(time.Duration(i)*time.Second/30 + jitter) {
				taken++
			}
		}
		if taken < tt.want-1 || taken > tt.want+1 {
			t.Errorf("%v of %v: took %d pictures, want %d", tt.asked, tt.device, taken, tt.want)
		}
	}
}
