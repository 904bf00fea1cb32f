package source

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"inbox/peer"
)

// fakeCamera is a videoDevice that gives what a test puts in.
type fakeCamera struct {
	list     []Mode
	startErr error
	rate     float64

	in chan []byte // closed: unplugged

	mu      sync.Mutex
	next    []byte
	gone    bool
	stopped chan struct{} // nil: not open
	forced  int           // key frames
	opened  int
	closed  int
	started choice
}

func newFakeCamera(t testing.TB, modes ...string) *fakeCamera {
	return &fakeCamera{list: modesOf(t, modes...), in: make(chan []byte)}
}

func (c *fakeCamera) open() videoDevice {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.opened++
	c.stopped = make(chan struct{})
	return c
}

func (c *fakeCamera) modes(image.Point) []Mode { return c.list }

func (c *fakeCamera) start(chosen choice) (float64, error) {
	c.started = chosen
	return c.rate, c.startErr
}

func (c *fakeCamera) wait() error {
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	select {
	case b, ok := <-c.in:
		c.mu.Lock()
		defer c.mu.Unlock()
		c.next, c.gone = b, !ok
		return nil
	case <-c.stopped:
		return nil
	case <-timer.C:
		return errNoFrame
	}
}

// frame spoils the bytes afterwards, as the next picture does.
func (c *fakeCamera) frame(use func([]byte) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone {
		return unix.ENODEV
	}
	b := bytes.Clone(c.next)
	err := use(b)
	fill(b, 0xee)
	return err
}

func (c *fakeCamera) forceKeyFrame() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forced++
}

func (c *fakeCamera) stop() { close(c.stopped) }

func (c *fakeCamera) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed++
	return nil
}

// checkClosed fails if it was not closed as often as it was opened.
func (c *fakeCamera) checkClosed(t *testing.T) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.opened == 0 || c.opened != c.closed {
		t.Errorf("opened %d times, closed %d times", c.opened, c.closed)
	}
}

// fakeVideo is a videoSystem in a folder of its own.
type fakeVideo struct {
	videoSystem
	t       testing.TB
	cameras map[string]*fakeCamera
	refuse  map[string]error
	opened  []string
}

func newFakeVideo(t testing.TB) *fakeVideo {
	root := t.TempDir()
	v := &fakeVideo{t: t, cameras: make(map[string]*fakeCamera), refuse: make(map[string]error)}
	v.videoSystem = videoSystem{filepath.Join(root, "class"), filepath.Join(root, "dev"), v.openPath}
	for _, folder := range []string{v.class, filepath.Join(v.dev, "v4l", "by-id")} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

func (v *fakeVideo) openPath(path string) (videoDevice, error) {
	v.opened = append(v.opened, filepath.Base(path))
	if err := v.refuse[path]; err != nil {
		return nil, openError(path, err)
	}
	if c := v.cameras[path]; c != nil {
		return c.open(), nil
	}
	return nil, openError(path, unix.ENOTTY)
}

func (v *fakeVideo) path(n int) string { return filepath.Join(v.dev, fmt.Sprint("video", n)) }

// plug adds a camera. With a link it is one of USB. None is a node that is no camera.
func (v *fakeVideo) plug(n int, name, link string, c *fakeCamera) {
	v.t.Helper()
	base := filepath.Base(v.path(n))
	bus := "platform"
	if link != "" {
		bus = "usb1"
	}
	device := filepath.Join(v.class, "..", bus, base)
	must := func(err error) {
		if err != nil {
			v.t.Fatal(err)
		}
	}
	must(os.MkdirAll(device, 0o700))
	must(os.Mkdir(filepath.Join(v.class, base), 0o700))
	must(os.WriteFile(filepath.Join(v.class, base, "name"), []byte(name+"\n"), 0o600))
	must(os.Symlink(device, filepath.Join(v.class, base, "device")))
	must(os.WriteFile(v.path(n), nil, 0o600))
	if link != "" {
		must(os.Symlink("../../"+base, v.link(link)))
	}
	if c != nil {
		v.cameras[v.path(n)] = c
	}
}

func (v *fakeVideo) link(name string) string { return filepath.Join(v.dev, "v4l", "by-id", name) }

// unplug takes the camera away, with what has it open.
func (v *fakeVideo) unplug(n int, link string) {
	v.t.Helper()
	gone := []string{v.path(n), filepath.Join(v.class, filepath.Base(v.path(n)))}
	if link != "" {
		gone = append(gone, v.link(link))
	}
	for _, path := range gone {
		if err := os.RemoveAll(path); err != nil {
			v.t.Fatal(err)
		}
	}
	delete(v.cameras, v.path(n))
}

// camera returns a Source of it, whose codec is fakeCodec.
func (v *fakeVideo) camera(o CameraOptions) (*camera, error) {
	return newCamera(v.videoSystem, o, []videoCodec{{"fake/video", "fake", func(o encoderOptions) (videoEncoder, error) {
		return &fakeCodec{o: o}, nil
	}}})
}

func (v *fakeVideo) mustCamera(o CameraOptions) *camera {
	v.t.Helper()
	c, err := v.camera(o)
	if err != nil {
		v.t.Fatal(err)
	}
	return c
}

func openMedia(t *testing.T, s peer.Source) peer.Media {
	t.Helper()
	m, err := s.Open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func closeMedia(t *testing.T, m peer.Media) {
	t.Helper()
	if err := m.Close(); err != nil {
		t.Error(err)
	}
}

// plain is a picture of one value.
func plain(format string, width, height int, v byte) []byte {
	return bytes.Repeat([]byte{v}, rawLength(format, width, height))
}

func checkError(t *testing.T, what string, err error, says ...string) {
	t.Helper()
	if err == nil || slices.ContainsFunc(says, func(s string) bool { return !strings.Contains(err.Error(), s) }) {
		t.Errorf("%s: the error is %v, want one that says %q", what, err, says)
	}
}
