package peer

import (
	"testing"
	"time"
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
		time.Sleep(lingering - 200*time.Millisecond)
		state("4.8 s after the first viewer", 1, 1)
		second := w.watch("second", Key{}, host)
		time.Sleep(20 * time.Second)
		state("while the second one watches", 1, 1)
		second.stop()
		time.Sleep(lingering - 200*time.Millisecond)
		state("4.8 s after the last viewer", 1, 1)
		time.Sleep(400 * time.Millisecond)
		state("5.2 s after the last viewer", 0, 1)
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
