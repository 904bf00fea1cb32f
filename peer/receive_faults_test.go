package peer

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/pion/transport/v4/vnet"
	"github.com/pion/webrtc/v4"
)

// lose drops a share of all packets.
func (w *world) lose(share float64) {
	random := rand.New(rand.NewPCG(1, 2))
	w.router.AddChunkFilter(func(vnet.Chunk) bool { return random.Float64() >= share })
}

// TestViewerMendsLosses has a network that loses a twentieth of all packets.
func TestViewerMendsLosses(t *testing.T) {
	for _, codec := range []string{webrtc.MimeTypeH264, webrtc.MimeTypeVP8} {
		t.Run(codec, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				source := &fakeSource{formats: []string{codec, webrtc.MimeTypeOpus}, fps: 30}
				camera := w.camera(&Camera{Source: source})
				host := w.host()
				w.lose(0.05)
				w.start()
				viewer := w.view(&Viewer{Camera: "camera"}, host)
				time.Sleep(60 * time.Second)
				sink, stats := viewer.only(t), viewer.stats()
				// The camera sends fewer pictures through a network that loses some.
				if n := sink.pictures(); n < 1400 || stats.Dropped > 30 {
					t.Errorf("%d pictures came in 60 s with a twentieth of the packets lost, and %d could not be mended", n, stats.Dropped)
				}
				if n := len(sink.all("audio/")); n < 2900 {
					t.Errorf("%d packets of sound in 60 s, want almost 3,000", n)
				}
				if stats.Repaired < 200 || stats.Lost > stats.Repaired/20 {
					t.Errorf("%d packets were repaired and %d lost", stats.Repaired, stats.Lost)
				}
				viewer.stop(t)
				camera.cancel()
				<-camera.ended
			})
		})
	}
}

func TestViewerAfterACut(t *testing.T) {
	for _, length := range []time.Duration{4 * time.Second, 10 * time.Second, time.Minute} {
		t.Run(length.String(), func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				camera := w.camera(&Camera{})
				host, down := w.host(), w.cut()
				w.start()
				viewer := w.view(&Viewer{Camera: "camera"}, host)
				time.Sleep(5 * time.Second)
				down.Store(true)
				time.Sleep(length)
				down.Store(false)
				time.Sleep(10 * time.Second)
				sink := viewer.only(t)
				if n := sink.in(2 * time.Second); n < 50 {
					t.Errorf("%d pictures in 2 s after a cut of %v", n, length)
				}
				sink.keepsTime(t)
				viewer.stop(t)
				camera.stop(t)
			})
		})
	}
}

func TestViewerOutlivesTheServer(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		camera := w.camera(&Camera{Key: NewKey()})
		host := w.host()
		w.start()
		camera.cancel()
		<-camera.ended
		key := NewKey()
		camera = w.camera(&Camera{Key: key})
		viewer := w.view(&Viewer{Key: key, Camera: "camera"}, host)
		time.Sleep(5 * time.Second)
		sink := viewer.only(t)
		w.restart(3 * time.Second)
		if n := sink.in(20 * time.Second); n < 590 {
			t.Errorf("%d pictures in the 20 s after a restart of the mailbox, want 600", n)
		}
		if n := sink.begun(); n != 1 {
			t.Errorf("it began %d times, want once", n)
		}
		viewer.stop(t)
		camera.stop(t)
	})
}

func TestViewerWaitsForItsCamera(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		hosts := []*vnet.Net{w.host(), w.host()}
		w.start()
		viewer := w.view(&Viewer{Camera: "camera"}, hosts[0])
		time.Sleep(10 * time.Minute)
		if n := len(viewer.all()); n != 0 {
			t.Errorf("%d sinks were opened before the camera was there", n)
		}
		for range 3 { // it comes and goes, and says so
			camera := w.cameraAt(&Camera{}, hosts[1])
			time.Sleep(10 * time.Second)
			if n := viewer.only(t).in(2 * time.Second); n < 50 {
				t.Errorf("%d pictures in 2 s of a camera that came", n)
			}
			camera.stop(t)
			time.Sleep(20 * time.Second)
		}
		sink := viewer.only(t)
		viewer.stop(t)
		sink.keepsTime(t)
	})
}

// TestViewerOfACameraThatDies has one that is started anew with no goodbye.
func TestViewerOfACameraThatDies(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		down := w.cut()
		hosts := []*vnet.Net{w.host(), w.host()}
		w.start()
		viewer := w.view(&Viewer{Camera: "camera"}, hosts[0])
		camera := w.cameraAt(&Camera{}, hosts[1])
		time.Sleep(5 * time.Second)
		down.Store(true)
		w.stop()
		camera.stop(t)
		down.Store(false)
		w.serve()
		camera = w.cameraAt(&Camera{}, hosts[1])
		time.Sleep(10 * time.Second)
		if n := viewer.only(t).in(2 * time.Second); n < 50 {
			t.Errorf("%d pictures in 2 s of a camera that was started anew", n)
		}
		viewer.stop(t)
		camera.stop(t)
	})
}

func TestViewerIsDialed(t *testing.T) {
	key := NewKey()
	for inbox, key := range map[string]Key{"link": key, "receiver": {}} {
		t.Run(inbox, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				camera := w.camera(&Camera{Dial: inbox, Key: key})
				hosts := []*vnet.Net{w.host(), w.host()}
				w.start()
				time.Sleep(3 * time.Second)
				viewer := w.view(&Viewer{Mailbox: w.mailbox(inbox), Key: key}, hosts[0])
				time.Sleep(10 * time.Second)
				if n := viewer.only(t).in(2 * time.Second); n < 50 {
					t.Errorf("%d pictures in 2 s", n)
				}
				other := Camera{Dial: inbox, Key: key, Mailbox: w.mailbox("another")}
				another := w.cameraAt(&other, hosts[1])
				time.Sleep(5 * time.Second)
				if n := len(viewer.all()); n != 2 {
					t.Errorf("%d sinks for two cameras", n)
				}
				camera.stop(t)
				time.Sleep(time.Second)
				if n := viewer.all()[0].closings(); n != 1 {
					t.Errorf("the sink of a camera that said goodbye was closed %d times", n)
				}
				another.stop(t)
				viewer.stop(t)
			})
		})
	}
}

func TestViewerWithAnotherKey(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		camera := w.camera(&Camera{Key: NewKey()})
		host := w.host()
		w.start()
		viewer := w.view(&Viewer{Camera: "camera", Key: NewKey()}, host)
		time.Sleep(30 * time.Second)
		if n := len(viewer.all()); n != 0 {
			t.Error("a viewer without the key got frames")
		}
		viewer.stop(t)
		camera.stop(t)
	})
}

func TestViewerWithoutTheCamerasCodec(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		camera := w.camera(&Camera{})
		host := w.host()
		w.start()
		viewer := w.view(&Viewer{Camera: "camera", Codecs: []string{webrtc.MimeTypeVP8, webrtc.MimeTypeOpus}}, host)
		if err := <-viewer.ended; !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "H264") {
			t.Errorf("the viewer ended with %v", err)
		}
		camera.stop(t)
	})
}

func TestViewerWithoutSound(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		camera := w.camera(&Camera{})
		host := w.host()
		w.start()
		viewer := w.view(&Viewer{Camera: "camera", Codecs: []string{"video/h264"}}, host)
		time.Sleep(2 * time.Second)
		sink := viewer.only(t)
		viewer.stop(t)
		if len(sink.formats) != 1 || sink.formats[0].MIME != webrtc.MimeTypeH264 || sink.pictures() < 50 || len(sink.all("audio/")) > 0 {
			t.Errorf("%d pictures of %v", sink.pictures(), sink.formats)
		}
		camera.stop(t)
	})
}

func TestViewerOfADeviceThatIsUnplugged(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		camera := w.camera(&Camera{})
		host := w.host()
		w.start()
		viewer := w.view(&Viewer{Camera: "camera"}, host)
		time.Sleep(5 * time.Second)
		camera.source.fail(ErrGone)
		time.Sleep(time.Minute)
		if stats := viewer.stats(); stats.State != Connected || stats.Picture != Away {
			t.Errorf("without its device the camera is %+v", stats)
		}
		camera.source.fail(nil)
		time.Sleep(10 * time.Second)
		sink := viewer.only(t)
		if n := sink.in(2 * time.Second); n < 50 {
			t.Errorf("%d pictures in 2 s after the device came back", n)
		}
		if n := sink.begun(); n != 1 {
			t.Errorf("it began %d times, want once", n)
		}
		sink.keepsTime(t)
		viewer.stop(t)
		camera.stop(t)
	})
}
