package peer

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/webrtc/v4"
)

// running is a Camera that runs in a world.
type runningCamera struct {
	source *fakeSource
	cancel context.CancelFunc
	ended  chan error
}

func (w *world) camera(ctx context.Context, c *Camera) *runningCamera {
	source := &fakeSource{formats: []string{webrtc.MimeTypeH264, webrtc.MimeTypeOpus}, fps: 30}
	if c.Source == nil {
		c.Source = source
	}
	c.Mailbox = w.mailbox("camera")
	c.Network.net = w.host()
	ctx, cancel := context.WithCancel(ctx)
	r := &runningCamera{source: source, cancel: cancel, ended: make(chan error, 1)}
	go func() { r.ended <- c.Run(ctx) }()
	return r
}

// stop ends the camera and wants it to have ended in order.
func (r *runningCamera) stop(t *testing.T) {
	t.Helper()
	r.cancel()
	if err := <-r.ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the camera ended with %v", err)
	}
	if open, _ := r.source.state(); open != 0 {
		t.Error("the source is still open")
	}
}

func TestCameraShowsItself(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		key := NewKey()
		camera := w.camera(t.Context(), &Camera{Key: key, Name: "Front door"})
		viewer := newTestViewer(t, w.mailbox("viewer"), key, "camera", w.host())
		w.start()
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { viewer.run(ctx, true) })
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if n := viewer.frames.Load(); n < 60 {
			t.Errorf("%d pictures in 3 s, want almost 90", n)
		}
		if n := viewer.sounds.Load(); n < 100 {
			t.Errorf("%d packets of sound in 3 s, want almost 150", n)
		}
		cancel()
		wg.Wait()
		time.Sleep(20 * time.Second)
		if open, opened := camera.source.state(); open != 0 || opened != 1 {
			t.Errorf("after the last viewer the source is open %d times and was opened %d times, want 0 and 1", open, opened)
		}
		camera.stop(t)
	})
}
