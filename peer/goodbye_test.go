package peer

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"inbox/signaling"
)

// journal keeps what is logged.
type journal struct {
	mu     sync.Mutex
	lines  bytes.Buffer
	output io.Writer // of the test, while it runs: pion may have something to say even later
}

// logger writes to the journal and to the test's output.
func (j *journal) logger(t *testing.T) *slog.Logger {
	j.pass(t.Output())
	t.Cleanup(func() { j.pass(io.Discard) })
	return slog.New(slog.NewTextHandler(j, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func (j *journal) pass(to io.Writer) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.output = to
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines.Write(b)
	return j.output.Write(b)
}

// says wants a line of the journal to match the regular expression.
func (j *journal) says(t *testing.T, line string) {
	t.Helper()
	if !j.has(line) {
		t.Errorf("nothing was logged like %s", line)
	}
}

// has reports whether a line matches the regular expression.
func (j *journal) has(line string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return regexp.MustCompile("(?m)" + line).Match(j.lines.Bytes())
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
	if err := s.wait(r.Context()); err != nil {
		return nil, err
	}
	resp, err := s.RoundTripper.RoundTrip(r)
	if err == nil {
		resp.Body = slowBody{resp.Body, func() error { return s.wait(r.Context()) }}
	}
	return resp, err
}

func (s slow) wait(ctx context.Context) error {
	select {
	case <-time.After(s.way):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// slowBody is what comes from a server far away.
type slowBody struct {
	io.ReadCloser
	wait func() error
}

func (b slowBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if late := b.wait(); late != nil {
		return n, late
	}
	return n, err
}

// TestGoodbye has either end leave in order: the other one hears that, and does
// not take it for a loss. Whichever of them the server is far from, the end of the
// connection is there sooner than the goodbye, unless that is waited for.
func TestGoodbye(t *testing.T) {
	const near, far = time.Millisecond, 200 * time.Millisecond
	tests := []struct {
		leaving        string
		camera, viewer time.Duration // how far the server is
	}{
		{"camera", far, near},
		{"camera", near, far},
		{"viewer", far, near},
		{"viewer", near, far},
	}
	for _, tt := range tests {
		leaving := tt.leaving
		t.Run(fmt.Sprintf("%s, camera at %v, viewer at %v", leaving, tt.camera, tt.viewer), func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				camera := w.camera(&Camera{Mailbox: slowly(w.mailbox("camera"), tt.camera)})
				host := w.host()
				w.start()
				viewer := w.view(&Viewer{Camera: "camera", Mailbox: slowly(w.mailbox("viewer"), tt.viewer)}, host)
				time.Sleep(20 * time.Second)
				camera.log.says(t, `msg="viewer is connected" viewer=viewer route="direct udp host" codec=video/H264`)
				camera.log.says(t, `msg="viewer watches" viewer=viewer bitrate="\d\S* [kM]bit/s" route="direct udp host"`)
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
					viewer.log.says(t, `msg="camera is gone" .*because="it said goodbye"`)
					viewer.stop(t)
				} else {
					camera.log.says(t, `msg="viewer is gone" .*because="it said goodbye" after=1[89]s bytes=\d{6,} bitrate="\d\S* [kM]bit/s" dropped=0`)
					camera.stop(t)
				}
			})
		})
	}
}

// TestNoGoodbye has a server that is away, or does not answer any more, when the
// camera ends: that takes no longer.
func TestNoGoodbye(t *testing.T) {
	for _, server := range []string{"away", "silent"} {
		t.Run(server, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				mailbox := w.mailbox("camera")
				silence := &silent{RoundTripper: mailbox.HTTP.Transport}
				mailbox.HTTP.Transport = silence
				camera := w.camera(&Camera{Mailbox: mailbox})
				host := w.host()
				w.start()
				viewer := w.view(&Viewer{Camera: "camera"}, host)
				time.Sleep(5 * time.Second)
				if server == "away" {
					w.stop()
				} else {
					silence.now.Store(true)
				}
				left := time.Now()
				camera.stop(t)
				if took := time.Since(left); took > time.Second {
					t.Errorf("it took the camera %v to leave", took)
				}
				time.Sleep(time.Second)
				viewer.log.says(t, `msg="camera is gone" .*because="its connection was lost"`)
				viewer.stop(t)
			})
		})
	}
}

// silent is the way to a server that takes requests and never answers.
type silent struct {
	http.RoundTripper
	now atomic.Bool
}

func (s *silent) RoundTrip(r *http.Request) (*http.Response, error) {
	if !s.now.Load() {
		return s.RoundTripper.RoundTrip(r)
	}
	<-r.Context().Done()
	return nil, r.Context().Err()
}
