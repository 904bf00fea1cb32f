package peer

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
)

// stopper passes a TCP connection on until it is told to stop reading what the
// camera sends, as a viewer does that hangs.
type stopper struct {
	net.Listener
	stopped chan struct{}
	workers sync.WaitGroup
}

func newStopper(t *testing.T, port int) *stopper {
	t.Helper()
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	s := &stopper{Listener: l, stopped: make(chan struct{})}
	s.workers.Go(func() {
		for {
			viewer, err := l.Accept()
			if err != nil {
				return
			}
			s.workers.Go(func() { s.pass(viewer, port) })
		}
	})
	return s
}

func (s *stopper) pass(viewer net.Conn, port int) {
	defer viewer.Close()
	camera, err := net.Dial("tcp", fmt.Sprint("localhost:", port))
	if err != nil {
		return
	}
	defer camera.Close()
	_ = camera.(*net.TCPConn).SetReadBuffer(64 << 10)       // else the system keeps megabytes
	s.workers.Go(func() { _, _ = io.Copy(camera, viewer) }) // until either is closed
	buffer := make([]byte, 4096)
	for {
		select {
		case <-s.stopped:
			_, _ = io.Copy(io.Discard, viewer) // until the viewer is closed
			return
		default:
		}
		n, err := camera.Read(buffer)
		if err != nil {
			return
		}
		if _, err := viewer.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (s *stopper) port() int { return s.Addr().(*net.TCPAddr).Port }

// TestMemoryBesideAViewerThatStopsReading has 80 Mbit/s go to a viewer whose TCP
// connection takes nothing any more: what it does not take is not kept. (After 3 s
// the session notices, and closes the connection.)
func TestMemoryBesideAViewerThatStopsReading(t *testing.T) {
	const bitrate, pictures = 80_000_000, 45 // 15 MB in 1.5 s
	mailbox := realMailbox(t)
	port := freeTCPPort(t)
	source := &fakeSource{formats: []string{webrtc.MimeTypeH264}, fps: 30}
	camera := &Camera{
		Source: source, Mailbox: mailbox("camera"), MinBitrate: bitrate, MaxBitrate: bitrate,
		Network: Network{TCPPort: port},
	}
	var j journal
	camera.Logger = j.logger(t)
	way := newStopper(t, port)
	ctx, cancel := context.WithCancel(t.Context())
	ended, watching := make(chan error, 1), make(chan struct{})
	go func() { ended <- camera.Run(ctx) }()
	viewer := newTestViewer(t, mailbox("viewer"), Key{}, "camera", nil)
	viewer.networks = []webrtc.NetworkType{webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6}
	viewer.rewrite = func(candidate string) string {
		return strings.Replace(candidate, fmt.Sprintf(" %d typ host tcptype passive", port), fmt.Sprintf(" %d typ host tcptype passive", way.port()), 1)
	}
	go func() {
		viewer.run(ctx, true)
		close(watching)
	}()
	waitFor(t, "pictures come over TCP", func() bool { return viewer.frames.Load() > 30 })
	close(way.stopped)
	from := source.current().made()
	waitFor(t, "the connection's buffers are full", func() bool { return source.current().made() > from+10 })
	before := heap()
	waitFor(t, "the camera goes on", func() bool { return source.current().made() > from+10+pictures })
	grown := int64(heap()) - int64(before)
	if kept := int64(bitrate / 8 / 30 * pictures); grown > kept/4 {
		t.Errorf("the heap has grown by %d bytes while %d were sent to a viewer that takes nothing", grown, kept)
	}
	cancel()
	<-ended
	way.Close()
	<-watching
	way.workers.Wait()
}

// waitFor waits until something is so, on a machine however slow.
func waitFor(t *testing.T, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited for a minute in vain: %s", what)
		}
	}
}
