package peer

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/transport/v4"
	"github.com/pion/webrtc/v4"
)

// runningCamera is a Camera that runs in a world.
type runningCamera struct {
	source *fakeSource
	cancel context.CancelFunc
	ended  chan error
	log    journal
}

func (w *world) camera(c *Camera) *runningCamera { return w.cameraAt(c, w.host()) }

func (w *world) cameraAt(c *Camera, n transport.Net) *runningCamera {
	source := &fakeSource{formats: []string{webrtc.MimeTypeH264, webrtc.MimeTypeOpus}, fps: 30}
	if c.Source == nil {
		c.Source = source
	}
	if c.Mailbox == nil {
		c.Mailbox = w.mailbox("camera")
	}
	c.Network.net = n
	ctx, cancel := context.WithCancel(context.Background())
	r := &runningCamera{source: source, cancel: cancel, ended: make(chan error, 1)}
	c.Logger = r.log.logger(w.t)
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

// watching is a viewer that watches until it is stopped.
type watching struct {
	*testViewer
	cancel context.CancelFunc
	done   chan struct{}
}

// watch lets a viewer watch the camera. It must be stopped.
func (w *world) watch(id string, key Key, n transport.Net, options ...func(*testViewer)) *watching {
	ctx, cancel := context.WithCancel(w.t.Context())
	v := &watching{newTestViewer(w.t, w.mailbox(id), key, "camera", n), cancel, make(chan struct{})}
	for _, o := range options {
		o(v.testViewer)
	}
	go func() {
		v.run(ctx, true)
		close(v.done)
	}()
	return v
}

// receive lets a viewer wait for the camera to dial it. It must be stopped.
func (w *world) receive(id string, n transport.Net, options ...func(*testViewer)) *watching {
	ctx, cancel := context.WithCancel(w.t.Context())
	v := &watching{newTestViewer(w.t, w.mailbox(id), Key{}, "camera", n), cancel, make(chan struct{})}
	for _, o := range options {
		o(v.testViewer)
	}
	go func() {
		v.run(ctx, false)
		close(v.done)
	}()
	return v
}

func (v *watching) stop() {
	v.cancel()
	<-v.done
}

// framesIn returns how many pictures come within d.
func (v *testViewer) framesIn(d time.Duration) int {
	before := v.frames.Load()
	time.Sleep(d)
	synctest.Wait()
	return int(v.frames.Load() - before)
}

func TestCameraShowsItself(t *testing.T) {
	for name, key := range map[string]Key{"sealed": NewKey(), "plain": {}} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				camera := w.camera(&Camera{Key: key, Name: "Front door"})
				host := w.host()
				w.start()
				viewer := w.watch("viewer", key, host)
				if n := viewer.framesIn(3 * time.Second); n < 60 {
					t.Errorf("%d pictures in 3 s, want almost 90", n)
				}
				if n := viewer.sounds.Load(); n < 100 {
					t.Errorf("%d packets of sound in 3 s, want almost 150", n)
				}
				viewer.stop()
				time.Sleep(20 * time.Second)
				if open, opened := camera.source.state(); open != 0 || opened != 1 {
					t.Errorf("after the last viewer the source is open %d times and was opened %d times, want 0 and 1", open, opened)
				}
				camera.stop(t)
			})
		})
	}
}

func TestCameraSaysGoodbye(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		camera := w.camera(&Camera{})
		host := w.host()
		w.start()
		viewer := w.watch("viewer", Key{}, host)
		viewer.framesIn(time.Second)
		before := time.Now()
		camera.stop(t)
		if took := time.Since(before); took > time.Second {
			t.Errorf("the camera took %v to end", took)
		}
		synctest.Wait()
		if len(viewer.bye) != 1 {
			t.Errorf("%d goodbyes, want 1", len(viewer.bye))
		}
		viewer.stop()
	})
}

func TestCameraDials(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		camera := w.camera(&Camera{Dial: "receiver"})
		host := w.host()
		w.start()
		time.Sleep(3 * time.Second) // nobody is there yet
		receiver := w.receive("receiver", host)
		if n := receiver.framesIn(4 * time.Second); n < 60 {
			t.Errorf("%d pictures within 4 s of the receiver's coming", n)
		}
		receiver.stop()
		camera.stop(t)
	})
}

func TestCameraEncodesOnce(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		camera := w.camera(&Camera{})
		hosts := []transport.Net{w.host(), w.host(), w.host()}
		w.start()
		var viewers []*watching
		for i, h := range hosts {
			viewers = append(viewers, w.watch(fmt.Sprint("viewer", i), Key{}, h))
		}
		for _, v := range viewers {
			if n := v.framesIn(2 * time.Second); n < 40 {
				t.Errorf("%d pictures in 2 s", n)
			}
		}
		media := camera.source.current()
		if n := media.running(); n != 2 {
			t.Errorf("%d encoders for picture and sound, want 2", n)
		}
		keys := media.keys()
		for range 20 { // all at once, as after a gap that all of them had
			for _, v := range viewers {
				v.loseSomething()
			}
		}
		time.Sleep(250 * time.Millisecond)
		if got := media.keys() - keys; got != 1 {
			t.Errorf("%d key frames for many lost pictures within 250 ms, want 1", got)
		}
		for _, v := range viewers {
			v.stop()
		}
		camera.stop(t)
	})
}

func TestCameraComesBack(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		camera := w.camera(&Camera{})
		host := w.host()
		w.start()
		viewer := w.watch("viewer", Key{}, host)
		viewer.framesIn(time.Second)
		camera.source.fail(fmt.Errorf("unplugged: %w", ErrGone))
		if n := viewer.framesIn(5 * time.Second); n > 2 {
			t.Errorf("%d pictures of a camera that is unplugged", n)
		}
		if m := viewer.state.Load(); m == nil || m.Video != Away {
			t.Errorf("the viewer was told %+v, want that the camera is away", m)
		}
		camera.source.fail(nil)
		time.Sleep(6 * time.Second)
		if n := viewer.framesIn(2 * time.Second); n < 40 {
			t.Errorf("%d pictures in 2 s after the camera was back", n)
		}
		if m := viewer.state.Load(); m == nil || m.Video != Live {
			t.Errorf("the viewer was told %+v, want that the camera is live", m)
		}
		viewer.stop()
		camera.stop(t)
	})
}

func TestCameraThatCannotOpen(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		broken := errors.New("no such camera")
		source := &fakeSource{formats: []string{webrtc.MimeTypeH264}, fps: 30, openErr: broken}
		camera := w.camera(&Camera{Source: source, AlwaysOn: true})
		w.start()
		if err := <-camera.ended; !errors.Is(err, broken) {
			t.Errorf("Run ended with %v, want %v", err, broken)
		}
	})
}

func TestCameraWithoutTheViewersCodec(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		source := &fakeSource{formats: []string{webrtc.MimeTypeVP9}, fps: 30}
		camera := w.camera(&Camera{Source: source})
		host := w.host()
		w.start()
		viewer := w.watch("viewer", Key{}, host)
		time.Sleep(5 * time.Second)
		if m := viewer.state.Load(); m == nil || m.Video != Unsupported || m.Codecs != "VP9" {
			t.Errorf("the viewer was told %+v, want that it cannot show VP9", m)
		}
		viewer.stop()
		camera.stop(t)
	})
}

// TestCameraAnswers has a viewer that offers, as one without `watch` may do.
func TestCameraAnswers(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		camera := w.camera(&Camera{})
		host := w.host()
		w.start()
		v := w.receive("viewer", host)
		time.Sleep(time.Second)
		if err := v.offer(t.Context(), "a session of the viewer's"); err != nil {
			t.Fatal(err)
		}
		if n := v.framesIn(3 * time.Second); n < 60 {
			t.Errorf("%d pictures in 3 s", n)
		}
		v.stop()
		camera.stop(t)
	})
}

// TestReceiverWithoutSessions has a page as the original's: its messages name no session.
func TestReceiverWithoutSessions(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		camera := w.camera(&Camera{Dial: "receiver"})
		host := w.host()
		w.start()
		v := w.receive("receiver", host, func(v *testViewer) { v.forgetful = true })
		if n := v.framesIn(5 * time.Second); n < 60 {
			t.Errorf("%d pictures in 5 s", n)
		}
		v.stop()
		camera.stop(t)
	})
}
