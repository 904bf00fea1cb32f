package peer

import (
	"context"
	"net"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"inbox/signaling"
)

// realMailbox returns clients of a mailbox on this machine's own network.
func realMailbox(t *testing.T) func(id string) *signaling.Client {
	t.Helper()
	server := httptest.NewServer(signaling.NewHandler(signaling.NewMemory(signaling.MemoryOptions{}), signaling.Options{}))
	t.Cleanup(server.Close)
	return func(id string) *signaling.Client {
		return &signaling.Client{URL: server.URL, Credentials: signaling.Credentials{ID: id, Password: "password"}, HTTP: server.Client()}
	}
}

// freeTCPPort is one that was free a moment ago.
func freeTCPPort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// TestTCPWhereUDPIsClosed has a viewer that no UDP reaches, as behind some
// firewalls: its pictures come over ICE-TCP (RFC 6544), on real sockets.
func TestTCPWhereUDPIsClosed(t *testing.T) {
	mailbox := realMailbox(t)
	camera := &Camera{
		Source:  &fakeSource{formats: []string{webrtc.MimeTypeH264}, fps: 30},
		Mailbox: mailbox("camera"),
		Network: Network{TCPPort: freeTCPPort(t)},
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- camera.Run(ctx) }()
	viewer := newTestViewer(t, mailbox("viewer"), Key{}, "camera", nil)
	viewer.networks = []webrtc.NetworkType{webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6}
	watching := make(chan struct{})
	go func() {
		viewer.run(ctx, true)
		close(watching)
	}()
	for deadline := time.Now().Add(20 * time.Second); viewer.frames.Load() < 30; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Errorf("%d pictures came over TCP in 20 s", viewer.frames.Load())
			break
		}
	}
	cancel()
	<-ended
	<-watching
}
