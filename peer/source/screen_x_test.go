//go:build unix

package source

import (
	"bufio"
	"errors"
	"image"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"

	"inbox/peer"
)

// startX starts an X server without a monitor and returns its display.
func startX(t *testing.T) (display string, stop func()) {
	t.Helper()
	if _, err := exec.LookPath("Xvfb"); err != nil {
		t.Skip("Xvfb is missing: run ./scripts/install codecs")
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	x := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "640x481x24", "-nolisten", "tcp")
	x.ExtraFiles = []*os.File{w}
	err = x.Start()
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	stop = func() {
		x.Process.Kill()
		x.Wait()
	}
	t.Cleanup(stop)
	number, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return ":" + strings.TrimSpace(number), stop
}

// paint fills the screen with a colour.
func paint(t *testing.T, display string, colour uint32) {
	t.Helper()
	c, err := xgb.NewConnDisplay(display)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	root := xproto.Setup(c).DefaultScreen(c).Root
	if err := errors.Join(
		xproto.ChangeWindowAttributesChecked(c, root, xproto.CwBackPixel, []uint32{colour}).Check(),
		xproto.ClearAreaChecked(c, false, root, 0, 0, 0, 0).Check(),
	); err != nil {
		t.Fatal(err)
	}
}

func TestScreen(t *testing.T) {
	xgb.Logger.SetOutput(io.Discard)
	display, stop := startX(t)
	keep, err := xgb.NewConnDisplay(display) // a server without clients forgets its colour
	if err != nil {
		t.Fatal(err)
	}
	defer keep.Close()
	o := ScreenOptions{Display: display, FPS: 100}
	if w, h, err := ScreenSize(o); w != 640 || h != 480 || err != nil {
		t.Errorf("the size is %dx%d, %v", w, h, err)
	}
	s, err := openScreen(o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, tt := range []struct {
		colour uint32
		luma   byte
	}{{0xffffff, white}, {0x0000ff, 41}, {0, black}} {
		paint(t, display, tt.colour)
		p, err := s.next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := p.image.YCbCrAt(320, 240).Y; got != tt.luma || p.image.Rect.Size() != image.Pt(640, 480) {
			t.Errorf("%06x has luma %d, want %d; %v", tt.colour, got, tt.luma, p.image.Rect)
		}
	}
	stop()
	for err == nil {
		_, err = s.next(t.Context())
	}
	if !errors.Is(err, peer.ErrGone) {
		t.Errorf("after the server ended: %v", err)
	}
}

func TestScreenClosed(t *testing.T) {
	display, _ := startX(t)
	s, err := openScreen(ScreenOptions{Display: display, FPS: 1})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	started := make(chan struct{})
	go func() {
		for i := 0; ; i++ {
			if _, err := s.next(t.Context()); err != nil {
				ended <- err
				return
			}
			if i == 0 {
				close(started)
			}
		}
	}()
	<-started
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, io.EOF) {
		t.Errorf("next returned %v", err)
	}
}

func BenchmarkScreen(b *testing.B) {
	display := os.Getenv("DISPLAY")
	if display == "" {
		b.Skip("there is no screen")
	}
	s, err := openScreen(ScreenOptions{FPS: 1})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for b.Loop() {
		if _, err := s.look(); err != nil {
			b.Fatal(err)
		}
	}
	perFrame(b)
}
