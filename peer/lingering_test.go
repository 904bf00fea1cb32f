package peer

import (
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
)

// TestCameraLingers has viewers come and go: the source closes 5 s after the
// last one, and not before.
func TestCameraLingers(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		camera := w.camera(&Camera{})
		host := w.host()
		w.start()
		state := func(when string, open, opened int) {
			t.Helper()
			if o, n := camera.source.state(); o != open || n != opened {
				t.Errorf("%s: the source is open %d times and was opened %d times, want %d and %d", when, o, n, open, opened)
			}
		}
		time.Sleep(10 * time.Second)
		state("before anybody watches", 0, 0)
		first := w.watch("first", Key{}, host)
		time.Sleep(3 * time.Second)
		first.stop()
		time.Sleep(4900 * time.Millisecond)
		state("4.9 s after the first viewer", 1, 1)
		second := w.watch("second", Key{}, host)
		time.Sleep(20 * time.Second)
		state("while the second one watches", 1, 1)
		second.stop()
		time.Sleep(4900 * time.Millisecond)
		state("4.9 s after the last viewer", 1, 1)
		time.Sleep(200 * time.Millisecond)
		state("5.1 s after the last viewer", 0, 1)
		camera.stop(t)
	})
}

// TestCameraThatOpensForNobody has its only viewer leave while the device is
// still opening: it closes all the same.
func TestCameraThatOpensForNobody(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		source := &fakeSource{formats: []string{webrtc.MimeTypeH264}, fps: 30, slow: 3 * time.Second}
		camera := w.camera(&Camera{Source: source})
		host := w.host()
		w.start()
		viewer := w.watch("viewer", Key{}, host)
		time.Sleep(time.Second)
		viewer.stop()
		time.Sleep(4 * time.Second)
		if _, opened := source.state(); opened != 1 {
			t.Errorf("the source was opened %d times, want once", opened)
		}
		time.Sleep(5100 * time.Millisecond)
		if open, _ := source.state(); open != 0 {
			t.Error("the source that opened for nobody is still open")
		}
		viewer = w.watch("viewer", Key{}, host)
		time.Sleep(4 * time.Second)
		if n := viewer.framesIn(time.Second); n < 25 {
			t.Errorf("%d pictures in 1 s for the next viewer", n)
		}
		viewer.stop()
		camera.stop(t)
	})
}

func TestCameraAlwaysOn(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		camera := w.camera(&Camera{AlwaysOn: true})
		host := w.host()
		w.start()
		state := func(when string) {
			t.Helper()
			if open, opened := camera.source.state(); open != 1 || opened != 1 {
				t.Errorf("%s: the source is open %d times and was opened %d times, want 1 and 1", when, open, opened)
			}
		}
		time.Sleep(time.Second)
		state("before anybody watches")
		viewer := w.watch("viewer", Key{}, host)
		if n := viewer.framesIn(2 * time.Second); n < 40 {
			t.Errorf("%d pictures in 2 s", n)
		}
		viewer.stop()
		time.Sleep(time.Minute)
		state("a minute after the last viewer")
		camera.stop(t)
	})
}
