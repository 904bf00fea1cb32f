package peer

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/webrtc/v4"

	"inbox/signaling"
)

// TestViewerWithASlowSink has a disk that stands still for a while.
func TestViewerWithASlowSink(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		camera := w.camera(&Camera{})
		host := w.host()
		w.start()
		sink := &testSink{slow: make(chan struct{})}
		viewer := w.view(&Viewer{Camera: "camera", Sink: func(context.Context, CameraInfo) (Sink, error) { return sink, nil }}, host)
		time.Sleep(time.Minute) // it takes nothing at all
		stats := viewer.stats()
		if stats.Frames != 0 || stats.Dropped < 1200 || stats.State != Connected {
			t.Errorf("behind a sink that takes nothing: %+v", stats)
		}
		keys := camera.source.current().keys()
		time.Sleep(10 * time.Second)
		if n := camera.source.current().keys() - keys; n > 0 {
			t.Errorf("%d key frames were asked for although there was no room for them", n)
		}
		close(sink.slow)
		time.Sleep(2 * time.Second)
		if n := sink.in(5 * time.Second); n < 145 {
			t.Errorf("%d pictures in 5 s after the sink was fast again", n)
		}
		viewer.stop(t)
		for _, wrong := range sink.wrong {
			t.Error(wrong)
		}
		all := sink.all("video/")
		gap := time.Duration(0)
		for i := 1; i < len(all); i++ {
			gap = max(gap, all[i].Time-all[i-1].Time)
		}
		if gap < 55*time.Second {
			t.Errorf("what was left out is a gap of %v, want a minute", gap)
		}
		camera.stop(t)
	})
}

func TestViewerWhoseSinkFails(t *testing.T) {
	full := errors.New("the disk is full")
	opens := map[string]func(context.Context, CameraInfo) (Sink, error){
		"opening": func(context.Context, CameraInfo) (Sink, error) { return nil, full },
		"writing": func(context.Context, CameraInfo) (Sink, error) { return &testSink{fail: full}, nil },
	}
	for name, open := range opens {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				camera := w.camera(&Camera{})
				host := w.host()
				w.start()
				viewer := w.view(&Viewer{Camera: "camera", Sink: open}, host)
				if err := <-viewer.ended; !errors.Is(err, full) {
					t.Errorf("the viewer ended with %v, want %v", err, full)
				}
				camera.stop(t)
			})
		})
	}
}

// badClose is a Sink that cannot end what it wrote.
type badClose struct {
	*testSink
	err error
}

func (b badClose) Close() error { return b.err }

func TestViewerWhoseSinkCannotClose(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		camera := w.camera(&Camera{})
		host := w.host()
		w.start()
		sink := badClose{&testSink{}, errors.New("the disk is gone")}
		viewer := w.view(&Viewer{Camera: "camera", Sink: func(context.Context, CameraInfo) (Sink, error) { return sink, nil }}, host)
		time.Sleep(5 * time.Second)
		viewer.cancel()
		if err := <-viewer.ended; !errors.Is(err, sink.err) {
			t.Errorf("the viewer ended with %v, want %v", err, sink.err)
		}
		camera.stop(t)
	})
}

func TestViewerWhoseInboxIsTaken(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		host := w.host()
		w.start()
		viewer := w.view(&Viewer{Mailbox: w.mailbox("receiver")}, host)
		time.Sleep(time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		other := make(chan struct{})
		go func() {
			defer close(other)
			for range w.mailbox("receiver").Messages(ctx) {
				continue
			}
		}()
		if err := <-viewer.ended; !errors.Is(err, signaling.ErrDisplaced) {
			t.Errorf("the viewer ended with %v", err)
		}
		cancel()
		<-other
	})
}

// TestViewerForAnHour records for an hour of fake time and wants no memory for it.
func TestViewerForAnHour(t *testing.T) {
	if testing.Short() {
		t.Skip("an hour of packets")
	}
	inWorld(t, func(t *testing.T, w *world) {
		source := &fakeSource{formats: []string{webrtc.MimeTypeH264, webrtc.MimeTypeOpus}, fps: 15}
		camera := w.camera(&Camera{Source: source, MaxBitrate: 300_000})
		host := w.host()
		w.lose(0.002)
		w.start()
		sink := &testSink{keep: 100}
		viewer := w.view(&Viewer{Camera: "camera", Sink: func(context.Context, CameraInfo) (Sink, error) { return sink, nil }}, host)
		time.Sleep(5 * time.Minute)
		goroutines, memory := runtime.NumGoroutine(), heap()
		time.Sleep(55 * time.Minute)
		synctest.Wait()
		if now := runtime.NumGoroutine(); now > goroutines {
			t.Errorf("%d goroutines ran after five minutes, %d after an hour", goroutines, now)
		}
		if now := heap(); now > memory+4<<20 {
			t.Errorf("%d kB were in use after five minutes, %d kB after an hour", memory>>10, now>>10)
		}
		stats := viewer.stats()
		sink.mu.Lock()
		last := sink.frames[len(sink.frames)-1].Time
		sink.mu.Unlock()
		if (last-time.Hour).Abs() > 3*time.Second || stats.Frames < 53_000 {
			t.Errorf("%d pictures in an hour, the last is of %v", stats.Frames, last)
		}
		viewer.stop(t)
		camera.cancel()
		<-camera.ended
	})
}

// heap is how many bytes are in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
