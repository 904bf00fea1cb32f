package source

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"inbox/peer"
)

func startFake(t *testing.T, c *fakeCamera, chosen choice, wanted float64) (*capture, *tally) {
	t.Helper()
	count := &tally{}
	open, err := startCapture(foundCamera{node{name: "Fake", path: "/dev/video7"}, c.open(), chosen}, wanted, count)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := open.Close(); err != nil {
			t.Error(err)
		}
		c.checkClosed(t)
	})
	return open, count
}

func (c *fakeCamera) put(frames ...[]byte) {
	for _, b := range frames {
		c.in <- b
	}
}

func TestCaptureDamaged(t *testing.T) {
	good := jpegOf(t, 64, 48)
	tests := []struct {
		format string
		bad    [][]byte
		good   []byte
	}{
		{formatYUYV, [][]byte{nil, make([]byte, 10), make([]byte, 64*48*2+1), make([]byte, 128*96*2)}, plain(formatYUYV, 64, 48, 7)},
		{formatMJPEG, [][]byte{nil, []byte("no picture"), good[:len(good)/2], make([]byte, 5000)}, good},
	}
	for _, tt := range tests {
		t.Run(tt.format, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				device := newFakeCamera(t)
				c, count := startFake(t, device, choice{tt.format, 64, 48, 30}, 0)
				for range 3 {
					go device.put(append(tt.bad, tt.good)...)
					p, err := c.next(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					if size := p.image.Rect.Size(); size.X != 64 || size.Y != 48 || p.image.Y[0] == 0xee {
						t.Errorf("a picture of %v, luma %d", size, p.image.Y[0])
					}
				}
				want := StreamStats{Frames: 3, Damaged: uint64(3 * len(tt.bad))}
				if got := count.read(); got != want {
					t.Errorf("%+v, want %+v", got, want)
				}
			})
		})
	}
}

// TestCaptureGone ends with an error that says that the device may come back.
func TestCaptureGone(t *testing.T) {
	tests := map[string]struct {
		do   func(*fakeCamera)
		want error
		says string
		took time.Duration
	}{
		"unplugged":      {func(c *fakeCamera) { close(c.in) }, unix.ENODEV, "Fake", 0},
		"silent":         {func(*fakeCamera) {}, errNoFrame, "no picture for 10s", 11 * time.Second},
		"always damaged": {func(c *fakeCamera) { c.damage(12 * time.Second) }, errLength, "wrong length", 11 * time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				device := newFakeCamera(t)
				c, _ := startFake(t, device, choice{formatYUYV, 64, 48, 30}, 0)
				var done sync.WaitGroup
				done.Go(func() { tt.do(device) })
				begun := time.Now()
				_, err := c.next(t.Context())
				if !errors.Is(err, peer.ErrGone) || !errors.Is(err, tt.want) {
					t.Errorf("next returned %v", err)
				}
				checkError(t, name, err, tt.says)
				if took := time.Since(begun).Round(time.Second); took != tt.took {
					t.Errorf("it took %v, want %v", took, tt.took)
				}
				done.Wait()
			})
		})
	}
}

// damage gives a short picture every half second.
func (c *fakeCamera) damage(d time.Duration) {
	for range d / (time.Second / 2) {
		time.Sleep(time.Second / 2)
		select {
		case c.in <- make([]byte, 5):
		default: // nobody reads any more
		}
	}
}

// TestCaptureStops while it waits for a picture that does not come.
func TestCaptureStops(t *testing.T) {
	for name, tt := range map[string]struct {
		stop func(c *capture, cancel func())
		want error
	}{
		"closed":    {func(c *capture, _ func()) { c.Close() }, io.EOF},
		"cancelled": {func(_ *capture, cancel func()) { cancel() }, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, _ := startFake(t, newFakeCamera(t), choice{formatYUYV, 64, 48, 30}, 0)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				begun := time.Now()
				go func() {
					time.Sleep(100 * time.Millisecond)
					tt.stop(c, cancel)
				}()
				if _, err := c.next(ctx); !errors.Is(err, tt.want) {
					t.Errorf("next returned %v, want %v", err, tt.want)
				}
				if took := time.Since(begun); took != 100*time.Millisecond {
					t.Errorf("it took %v", took)
				}
				if _, err := c.next(t.Context()); !errors.Is(err, io.EOF) {
					t.Errorf("next returned %v once it was stopped", err)
				}
			})
		})
	}
}

func TestCapturePace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		device := newFakeCamera(t)
		device.rate = 30
		c, count := startFake(t, device, choice{formatGrey, 16, 16, 60}, 15)
		if _, _, fps := c.size(); fps != 15 {
			t.Errorf("%v pictures a second", fps)
		}
		go func() {
			for range 31 {
				time.Sleep(time.Second / 30)
				device.put(make([]byte, 256))
			}
			close(device.in)
		}()
		n := 0
		for {
			if _, err := c.next(t.Context()); err != nil {
				break
			}
			n++
		}
		if got := count.read(); n < 15 || n > 16 || got.Frames != uint64(n) || got.Damaged != 0 {
			t.Errorf("%d of 31 pictures, %+v", n, got)
		}
	})
}

func TestCaptureRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		device := newFakeCamera(t)
		c, count := startFake(t, device, choice{formatH264, 64, 48, 60}, 15)
		go func() {
			time.Sleep(time.Second / 2)
			device.put(nil, []byte{1, 2, 3})
			device.put([]byte{4})
		}()
		for _, want := range [][]byte{{1, 2, 3}, {4}} {
			b, at, err := c.read(t.Context())
			if err != nil || !bytes.Equal(b, want) || at != time.Second/2 {
				t.Errorf("read %v at %v, %v; want %v", b, at, err, want)
			}
		}
		if got, want := count.read(), (StreamStats{Frames: 2, Damaged: 1}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	})
}

func TestStartError(t *testing.T) {
	for says, kernel := range map[string]error{
		"another program uses the camera": unix.EBUSY,
		"USB has no room":                 errors.New("Failed to start streaming: " + unix.ENOSPC.Error()),
		"does not start":                  unix.EIO,
	} {
		device := newFakeCamera(t)
		device.startErr = startError(kernel)
		_, err := startCapture(foundCamera{node{name: "Fake", path: "/dev/video7"}, device.open(), choice{}}, 0, &tally{})
		checkError(t, kernel.Error(), err, says, "/dev/video7")
		if !errors.Is(err, peer.ErrGone) {
			t.Errorf("%v is no peer.ErrGone", err)
		}
		device.checkClosed(t)
	}
}
