package peer

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/transport/v4"
	"github.com/pion/webrtc/v4"
)

// runningViewer is a Viewer that runs in a world.
type runningViewer struct {
	*sinks
	cancel context.CancelFunc
	ended  chan error
	told   atomic.Pointer[Stats]
	log    journal
}

// stats are the newest ones.
func (r *runningViewer) stats() Stats {
	if s := r.told.Load(); s != nil {
		return *s
	}
	return Stats{}
}

// view runs a Viewer, by default of the camera. Its world must have been started.
func (w *world) view(v *Viewer, n transport.Net) *runningViewer {
	r := &runningViewer{sinks: &sinks{}, ended: make(chan error, 1)}
	if v.Mailbox == nil {
		v.Mailbox = w.mailbox("viewer")
	}
	if v.Sink == nil {
		v.Sink = r.open
	}
	v.Network.net = n
	v.OnStats = func(s Stats) { r.told.Store(&s) }
	v.Logger = r.log.logger(w.t)
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	go func() { r.ended <- v.Run(ctx) }()
	return r
}

// only is the one sink that was opened.
func (r *runningViewer) only(t *testing.T) *testSink {
	t.Helper()
	all := r.all()
	if len(all) != 1 {
		t.Fatalf("%d sinks were opened, want 1", len(all))
	}
	return all[0]
}

// stop ends the viewer and wants everything to have been in order.
func (r *runningViewer) stop(t *testing.T) {
	t.Helper()
	r.cancel()
	if err := <-r.ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the viewer ended with %v", err)
	}
	for _, s := range r.all() {
		if s.closed != 1 {
			t.Errorf("the sink of %s was closed %d times", s.info.Inbox, s.closed)
		}
		for i, wrong := range s.wrong {
			if i < 5 {
				t.Errorf("the sink of %s: %s", s.info.Inbox, wrong)
			}
		}
	}
}

func TestViewerWatches(t *testing.T) {
	tests := []struct {
		name  string
		key   Key
		codec string
	}{
		{"H.264, sealed", NewKey(), webrtc.MimeTypeH264},
		{"VP8, plain", Key{}, webrtc.MimeTypeVP8},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				source := &fakeSource{formats: []string{tt.codec, webrtc.MimeTypeOpus}, fps: 30}
				camera := w.camera(&Camera{Key: tt.key, Name: "Front door", Source: source})
				host := w.host()
				w.start()
				viewer := w.view(&Viewer{Key: tt.key, Camera: "camera"}, host)
				time.Sleep(10 * time.Second)
				sink := viewer.only(t)
				if sink.info.Inbox != "camera" || sink.info.Name != "Front door" {
					t.Errorf("the camera is %+v", sink.info)
				}
				pictures, sounds := sink.all("video/"), sink.all("audio/")
				if len(pictures) < 270 || len(sounds) < 450 {
					t.Errorf("%d pictures and %d packets of sound in 10 s, want almost 300 and 500", len(pictures), len(sounds))
				}
				viewer.stop(t)
				if sink.begins != 1 || len(sink.formats) != 2 || sink.formats[0] != (Format{tt.codec, 90_000, 0}) || sink.formats[1] != (Format{webrtc.MimeTypeOpus, 48_000, 2}) {
					t.Errorf("it began %d times, with %v", sink.begins, sink.formats)
				}
				if d := pictures[len(pictures)-1].Time - sounds[len(sounds)-1].Time; d.Abs() > 80*time.Millisecond {
					t.Errorf("the last picture and sound are %v apart", d)
				}
				if stats := viewer.stats(); stats.State != Connected || stats.Frames < 250 || stats.Bitrate < 500_000 || stats.Route == "" || stats.Lost > 0 || stats.Time < 8*time.Second {
					t.Errorf("the last statistics were %+v", stats)
				}
				camera.cancel()
				<-camera.ended
			})
		})
	}
}

// TestViewerSync has a camera that takes long to encode its pictures: what was
// taken at the same moment has the same time nevertheless, also after the device
// was opened anew.
func TestViewerSync(t *testing.T) {
	const late = 400 * time.Millisecond
	inWorld(t, func(t *testing.T, w *world) {
		source := &fakeSource{formats: []string{webrtc.MimeTypeH264, webrtc.MimeTypeOpus}, fps: 25, late: late}
		camera := w.camera(&Camera{Source: source})
		host := w.host()
		w.start()
		viewer := w.view(&Viewer{Camera: "camera"}, host)
		for _, when := range []string{"at first", "after the device was away"} {
			time.Sleep(20 * time.Second)
			sink := viewer.only(t)
			pictures, sounds := sink.all("video/"), sink.all("audio/")
			picture, sound := pictures[len(pictures)-1], sounds[len(sounds)-1]
			taken := picture.at.Add(-late).Sub(sound.at)
			if apart := (picture.Time - sound.Time - taken).Abs(); apart > 80*time.Millisecond {
				t.Errorf("%s picture and sound are %v apart", when, apart)
			}
			source.fail(ErrGone)
			time.Sleep(10 * time.Second)
			source.fail(nil)
		}
		viewer.stop(t)
		camera.cancel()
		<-camera.ended
	})
}
