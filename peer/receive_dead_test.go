package peer

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/transport/v4/vnet"
)

// dead drops all media while it is set, and nothing else.
func (w *world) dead() *atomic.Bool {
	var dead atomic.Bool
	w.router.AddChunkFilter(func(c vnet.Chunk) bool {
		media := len(c.UserData()) > 0 && c.UserData()[0]>>6 == 2 // RFC 7983
		return !media || !dead.Load()
	})
	return &dead
}

// TestViewerNoticesADeadStream has a way that brings everything but media: the
// viewer asks for another, and then for another session.
func TestViewerNoticesADeadStream(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		camera := w.camera(&Camera{})
		host := w.host()
		dead := w.dead()
		w.start()
		viewer := w.view(&Viewer{Camera: "camera"}, host)
		time.Sleep(5 * time.Second)
		dead.Store(true)
		time.Sleep(20 * time.Second)
		dead.Store(false)
		time.Sleep(2 * time.Second)
		sink := viewer.only(t)
		if n := sink.in(2 * time.Second); n < 25 {
			t.Errorf("%d pictures in 2 s after media could pass again", n)
		}
		if n := sink.begun(); n != 2 {
			t.Errorf("it began %d times, want 2: %v", n, sink.begunWith)
		}
		viewer.stop(t)
		sink.keepsTime(t)
		camera.stop(t)
	})
}

// TestViewerOfAStreamThatNeverCame has no media at first: it asks anew now and then.
func TestViewerOfAStreamThatNeverCame(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		camera := w.camera(&Camera{})
		host, dead := w.host(), w.dead()
		dead.Store(true)
		w.start()
		viewer := w.view(&Viewer{Camera: "camera"}, host)
		time.Sleep(10 * time.Minute)
		dead.Store(false)
		time.Sleep(20 * time.Second)
		if n := viewer.only(t).in(2 * time.Second); n < 25 {
			t.Errorf("%d pictures in 2 s after media could pass", n)
		}
		viewer.stop(t)
		camera.stop(t)
	})
}
