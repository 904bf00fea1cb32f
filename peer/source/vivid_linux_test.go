//go:build vivid

package source

import (
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"testing"
	"time"

	"github.com/blackjack/webcam"

	"inbox/peer"
)

// The tests of this file want the kernel's virtual camera, vivid, at
// /dev/video0, and take it away. scripts/vivid makes a virtual machine for them.

const vividPath = "/dev/video0"

// Controls of vivid that make errors (linux/drivers/media/test-drivers/vivid).
const (
	vividDisconnect = 0xf0f000 + 65 + iota
	_               // of dequeuing
	vividNoBuffers
	_ // of preparing buffers
	vividNoStart
	vividBrokenQueue
)

// vividDriver binds the driver to the camera, or unbinds it as unplugging does.
func vividDriver(t *testing.T, verb string) {
	t.Helper()
	if err := os.WriteFile("/sys/bus/platform/drivers/vivid/"+verb, []byte("vivid.0"), 0); err != nil {
		t.Fatal(err)
	}
}

func vividCamera(t *testing.T, o CameraOptions) *camera {
	t.Helper()
	o.Device = vividPath
	c, err := newCamera(linuxVideo(), o, []videoCodec{{"fake/video", "fake", func(o encoderOptions) (videoEncoder, error) {
		return &fakeCodec{o: o}, nil
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// opened returns the camera as it streams.
func opened(t *testing.T, c *camera) *capture {
	t.Helper()
	found, err := c.find()
	if err != nil {
		t.Fatal(err)
	}
	open, err := startCapture(found, 0, &c.tally)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { open.Close() })
	return open
}

// TestVividPictures looks at vivid's colour bars in all formats and several sizes.
func TestVividPictures(t *testing.T) {
	for _, format := range rawFormats() {
		for _, size := range []image.Point{{640, 480}, {320, 180}} {
			t.Run(fmt.Sprint(format, size), func(t *testing.T) {
				c := vividCamera(t, CameraOptions{Format: format, Width: size.X, Height: size.Y})
				open := opened(t, c)
				var last time.Duration
				for range 5 {
					p, err := open.next(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					checkBars(t, p.image, size, format != formatGrey)
					if p.time <= last {
						t.Errorf("a picture of %v after one of %v", p.time, last)
					}
					last = p.time
				}
				if s := c.Stats(); s.Frames != 5 || s.Damaged != 0 {
					t.Errorf("%+v", s)
				}
				if err := open.Close(); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// checkBars checks vivid's bars: white, yellow, cyan, green, magenta, red, blue and black.
func checkBars(t *testing.T, img *image.YCbCr, size image.Point, coloured bool) {
	t.Helper()
	if img.Rect.Size() != size {
		t.Fatalf("a picture of %v, want %v", img.Rect, size)
	}
	bars := [][3]int{
		{179, 128, 128}, {160, 44, 141}, {130, 156, 44}, {111, 72, 58},
		{83, 183, 197}, {64, 99, 211}, {34, 211, 114}, {16, 128, 128},
	}
	for i, want := range bars {
		if !coloured && i > 0 && i < 7 {
			continue // vivid weighs colours in a way of its own
		}
		c := img.YCbCrAt((2*i+1)*size.X/16, size.Y*7/8)
		for j, got := range [3]byte{c.Y, c.Cb, c.Cr} {
			if off := int(got) - want[j]; off < -4 || off > 4 {
				t.Errorf("bar %d is %v, want %v", i, c, want)
				break
			}
		}
	}
}

// TestVividCloses at once, although a picture comes once a second.
func TestVividCloses(t *testing.T) {
	c := vividCamera(t, CameraOptions{Format: formatYUYV, Width: 3840, Height: 2160, FPS: 1})
	open := opened(t, c)
	if _, err := open.next(t.Context()); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		_, err := open.next(ctx)
		ended <- err
	}()
	begun := time.Now()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("next returned %v", err)
	}
	if err := open.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(begun); took > 800*time.Millisecond {
		t.Errorf("it took %v", took)
	}
}

// TestVividUnplugged takes the camera away while it streams, and gives it back.
func TestVividUnplugged(t *testing.T) {
	c := vividCamera(t, CameraOptions{})
	for range 3 {
		m := openMedia(t, c)
		e := startEncoder(t, m, "fake/video", peer.Rung{})
		nextFrame(t, e)
		vividDriver(t, "unbind")
		begun := time.Now()
		var err error
		for err == nil {
			_, err = e.Next(t.Context())
		}
		if took := time.Since(begun); !errors.Is(err, peer.ErrGone) || took > time.Second {
			t.Errorf("Next returned %v after %v", err, took)
		}
		closeMedia(t, m)
		if _, err := c.Open(t.Context()); !errors.Is(err, peer.ErrGone) {
			t.Errorf("Open returned %v", err)
		}
		vividDriver(t, "bind")
	}
	m := openMedia(t, c)
	nextFrame(t, startEncoder(t, m, "fake/video", peer.Rung{}))
	closeMedia(t, m)
}

// TestVividFails makes errors that leave nothing behind: the camera works again afterwards.
func TestVividFails(t *testing.T) {
	control := func(id int) {
		d, err := openV4L2(vividPath)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.(*v4l2).cam.SetControl(webcam.ControlID(id), 1); err != nil {
			t.Fatalf("control %x: %v", id, err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
	c := vividCamera(t, CameraOptions{})
	for _, id := range []int{vividNoStart, vividNoBuffers} {
		control(id)
		if _, err := c.Open(t.Context()); !errors.Is(err, peer.ErrGone) {
			t.Errorf("control %x: Open returned %v", id, err)
		}
		closeMedia(t, openMedia(t, c))
	}
	open := opened(t, c)
	control(vividBrokenQueue)
	for {
		if _, err := open.next(t.Context()); err != nil {
			if !errors.Is(err, peer.ErrGone) {
				t.Errorf("next returned %v", err)
			}
			break
		}
	}
	if err := open.Close(); err != nil {
		t.Error(err)
	}
	closeMedia(t, openMedia(t, c))
}

// TestVividInUse has it open already.
func TestVividInUse(t *testing.T) {
	c := vividCamera(t, CameraOptions{})
	first := opened(t, c)
	if _, err := first.next(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := c.Open(t.Context())
	checkError(t, "in use", err, "another program uses the camera", vividPath)
	if !errors.Is(err, peer.ErrGone) {
		t.Errorf("%v is no peer.ErrGone", err)
	}
	if _, err := first.next(t.Context()); err != nil {
		t.Error(err)
	}
}
