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
	_ = camera.(*net.TCPConn).SetReadBuffer(64 << 10) // else the system keeps megabytes
	over := make(chan struct{})
	s.workers.Go(func() {
		defer close(over)
		_, _ = io.Copy(camera, viewer) // until either is closed
	})
	buffer := make([]byte, 4096)
	for {
		select {
		case <-s.stopped:
			<-over
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

// TestMemoryBesideAViewerThatStopsReading has 24 Mbit/s go to a viewer who is
// there, but whose TCP connection takes nothing any more: what it does not take is
// not kept, and does not delay another viewer's pictures.
func TestMemoryBesideAViewerThatStopsReading(t *testing.T) {
	// Pictures that fit into the other viewer's socket, 15 MB of them.
	const bitrate, fps, pictures = 24_000_000, 100, 500
	mailbox := realMailbox(t)
	port := freeTCPPort(t)
	source := &fakeSource{formats: []string{webrtc.MimeTypeH264}, fps: fps}
	var log journal
	camera := &Camera{
		Source: source, Mailbox: mailbox("camera"), MinBitrate: bitrate, MaxBitrate: bitrate,
		// One interface: this machine may get other addresses meanwhile.
		Network: Network{TCPPort: port, Interfaces: []string{loopbackName(t)}}, Logger: log.logger(t),
	}
	way := newStopper(t, port)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = camera.Run(ctx) })
	other := newTestViewer(t, mailbox("other"), Key{}, "camera", nil)
	viewer := newTestViewer(t, mailbox("viewer"), Key{}, "camera", nil)
	patient(viewer)
	viewer.networks = []webrtc.NetworkType{webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6}
	viewer.rewrite = func(candidate string) string {
		return strings.Replace(candidate, fmt.Sprintf(" %d typ host tcptype passive", port), fmt.Sprintf(" %d typ host tcptype passive", way.port()), 1)
	}
	for _, v := range []*testViewer{viewer, other} {
		running.Go(func() { v.run(ctx, true) })
	}
	waitFor(t, "pictures come over TCP and UDP", func() bool { return viewer.frames.Load() > 30 && other.frames.Load() > 30 })
	close(way.stopped)
	made := source.current().made
	from := made()
	waitFor(t, "the connection's buffers are full", func() bool { return made() > from+fps })
	before, from, shown := heap(), made(), other.frames.Load()
	waitFor(t, "the camera goes on", func() bool { return made() > from+pictures })
	grown := int64(heap()) - int64(before)
	if kept := int64(bitrate / 8 / fps * pictures); grown > kept/4 {
		t.Errorf("the heap has grown by %d bytes while %d were sent to a viewer that takes nothing", grown, kept)
	}
	// What a busy machine's own sockets lose is not this viewer's fault.
	if n := other.frames.Load() - shown; n < pictures*95/100 {
		t.Errorf("another viewer got %d of %d pictures meanwhile", n, pictures)
	}
	if log.has("viewer is gone") {
		t.Error("the camera has given up a viewer who is there")
	}
	cancel()
	way.Close()
	running.Wait()
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
