package peer

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"sync"
	"testing"
	"time"

	"inbox/signaling"
)

// journal keeps what is logged.
type journal struct {
	mu    sync.Mutex
	lines bytes.Buffer
}

// logger writes to the journal and to the test's output.
func (j *journal) logger(t *testing.T) *slog.Logger {
	return slog.New(slog.NewTextHandler(io.MultiWriter(j, t.Output()), &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.lines.Write(b)
}

// says wants a line of the journal to match the regular expression.
func (j *journal) says(t *testing.T, line string) {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	if !regexp.MustCompile("(?m)" + line).Match(j.lines.Bytes()) {
		t.Errorf("nothing was logged like %s", line)
	}
}

// slowly returns a mailbox whose server is far away.
func slowly(c *signaling.Client, way time.Duration) *signaling.Client {
	c.HTTP.Transport = slow{c.HTTP.Transport, way}
	return c
}

type slow struct {
	http.RoundTripper
	way time.Duration
}

func (s slow) RoundTrip(r *http.Request) (*http.Response, error) {
	select {
	case <-time.After(s.way):
		return s.RoundTripper.RoundTrip(r)
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// TestGoodbye has either end leave in order, with a server far away: the other
// one hears that, before the connection closes, and does not take it for a loss.
func TestGoodbye(t *testing.T) {
	for _, leaving := range []string{"camera", "viewer"} {
		t.Run(leaving, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				camera := w.camera(&Camera{Mailbox: slowly(w.mailbox("camera"), 100*time.Millisecond)})
				host := w.host()
				w.start()
				viewer := w.view(&Viewer{Camera: "camera", Mailbox: slowly(w.mailbox("viewer"), 100*time.Millisecond)}, host)
				time.Sleep(20 * time.Second)
				left := time.Now()
				if leaving == "camera" {
					camera.stop(t)
				} else {
					viewer.stop(t)
				}
				if took := time.Since(left); took > time.Second {
					t.Errorf("it took the %s %v to leave", leaving, took)
				}
				time.Sleep(time.Second)
				if leaving == "camera" {
					viewer.log.says(t, `msg="camera is gone" .*lost=false`)
					viewer.stop(t)
				} else {
					camera.log.says(t, `msg="viewer is gone" .*lost=false after=(19|20)s bytes=\d{6,} bitrate="\d\S* [kM]bit/s" dropped=0`)
					camera.stop(t)
				}
			})
		})
	}
}

// TestNoGoodbye has the server be away when the camera ends: that takes no longer.
func TestNoGoodbye(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		camera := w.camera(&Camera{})
		host := w.host()
		w.start()
		viewer := w.view(&Viewer{Camera: "camera"}, host)
		time.Sleep(5 * time.Second)
		w.stop()
		left := time.Now()
		camera.stop(t)
		if took := time.Since(left); took > time.Second {
			t.Errorf("it took the camera %v to leave", took)
		}
		viewer.stop(t)
	})
}
