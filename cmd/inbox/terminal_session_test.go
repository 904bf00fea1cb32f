package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"inbox/peer"
	"inbox/peer/source"
	"inbox/signaling"
)

// screenOf is what somebody's terminal shows.
type screenOf struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screenOf) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *screenOf) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// awaits waits until the words are on the screen.
func (s *screenOf) awaits(t *testing.T, words string) {
	t.Helper()
	if !until(func() bool { return strings.Contains(s.String(), words) }) {
		t.Errorf("there is no %q among\n%s", words, s)
	}
}

// shows wants the screen to have these lines in this order, behind the time. A
// machine that is busy may make others come between them.
func (s *screenOf) shows(t *testing.T, lines ...string) {
	t.Helper()
	whole := `^\d\d:\d\d:\d\d ` + strings.Join(lines, `\n\d\d:\d\d:\d\d `) + `\n$`
	slow := regexp.MustCompile(`(?m)^.*(viewer watches|nothing comes from the camera any more).*\n`)
	if !regexp.MustCompile(whole).MatchString(slow.ReplaceAllString(s.String(), "")) {
		t.Errorf("the terminal shows\n%s\nwant\n%s", s, strings.Join(lines, "\n"))
	}
}

// unplugged is a camera that is only there when it is opened for the second time.
type unplugged struct {
	peer.Source
	tries atomic.Int64
}

func (u *unplugged) Open(ctx context.Context) (peer.Media, error) {
	if u.tries.Add(1) == 1 {
		return nil, fmt.Errorf("no camera: %w", peer.ErrGone)
	}
	return u.Source.Open(ctx)
}

// counter is a Sink that counts.
type counter struct{ frames atomic.Int64 }

func (c *counter) Begin([]peer.Format) error { return nil }
func (c *counter) WriteFrame(int, peer.Frame) error {
	c.frames.Add(1)
	return nil
}
func (c *counter) Close() error { return nil }

// TestTerminalOfASession has a camera and two viewers, and reads what the people
// at all three read: a line for each thing that happens, and no secrets.
func TestTerminalOfASession(t *testing.T) {
	pattern := source.TestPattern(source.PatternOptions{Width: 320, Height: 240})
	if len(pattern.Formats()) == 0 {
		t.Skip("this build cannot encode")
	}
	server := httptest.NewServer(signaling.NewHandler(signaling.NewMemory(signaling.MemoryOptions{}), signaling.Options{}))
	defer server.Close()
	const password = "a password"
	key := peer.NewKey()
	mailbox := func(id string) *signaling.Client {
		return &signaling.Client{URL: server.URL, Credentials: signaling.Credentials{ID: id, Password: password}, HTTP: server.Client()}
	}
	run := func(f func(context.Context) error) (stop func()) {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- f(ctx) }()
		return sync.OnceFunc(func() {
			cancel()
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Errorf("it ended with %v", err)
			}
		})
	}
	watch := func(id string) (shown *screenOf, got *counter, stop func()) {
		shown, got = new(screenOf), new(counter)
		v := &peer.Viewer{
			Mailbox: mailbox(id), Key: key, Camera: "porch", Logger: terminalLogger(shown, true, "info", "auto"),
			Sink: func(context.Context, peer.CameraInfo) (peer.Sink, error) { return got, nil },
		}
		return shown, got, run(v.Run)
	}

	at := new(screenOf)
	camera := &peer.Camera{Source: &unplugged{Source: pattern}, Mailbox: mailbox("porch"), Key: key, Logger: terminalLogger(at, true, "info", "auto")}
	stop := run(camera.Run)
	defer stop()
	first, got, leave := watch("first")
	defer leave()
	if !until(func() bool { return got.frames.Load() > 30 }) {
		t.Errorf("%d pictures came", got.frames.Load())
	}
	second, _, leaveToo := watch("second")
	defer leaveToo()
	at.awaits(t, "(viewer second")
	leave()
	at.awaits(t, "viewer is gone")
	stop()
	second.awaits(t, "camera is gone")
	leaveToo()

	at.shows(t,
		`viewer is connected \(viewer first, route direct udp \w+, codec video/H264\)`,
		`camera is away; it is used again once it is back \(error no camera: the device is gone\)`,
		`camera opened \(width 320, height 240, fps 30\)`,
		`viewer is connected \(viewer second, route direct udp \w+, codec video/H264\)`,
		`viewer is gone \(viewer first, because it said goodbye, after \d+s, bytes \d+, bitrate \d[\d.]* [kM]bit/s, dropped \d+\)`,
		`viewer is gone \(viewer second, because this end closed the connection, after \d+s, bytes \d+, bitrate \d[\d.]* [kM]?bit/s, dropped \d+\)`,
		`camera closed`)
	first.shows(t, `camera is connected \(camera porch, route direct udp \w+\)`)
	second.shows(t,
		`camera is connected \(camera porch, route direct udp \w+\)`,
		`camera is gone \(camera porch, because it said goodbye\)`)
	for _, s := range []*screenOf{at, first, second} {
		if strings.Contains(s.String(), password) || strings.Contains(s.String(), key.Text()) {
			t.Errorf("a secret is among\n%s", s)
		}
	}
}

// TestTerminalWithoutServer has the server go and come back, each said once.
func TestTerminalWithoutServer(t *testing.T) {
	at := new(screenOf)
	say := sayState(terminalLogger(at, true, "info", "auto"))
	for _, err := range []error{nil, errors.New("connection refused"), errors.New("connection refused"), nil, nil} {
		say(err)
	}
	at.shows(t,
		`the server is out of reach; trying again until it is back \(error connection refused\)`,
		`the server is back`)
}
