package peer

import (
	"context"
	"log/slog"
	"net"
	"net/http/httptest"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"inbox/signaling"
)

// TestAddressesThatCome has a machine that gets another address while it runs, as
// with another Wi-Fi, or with its first one after it has started.
func TestAddressesThatCome(t *testing.T) {
	w, err := Network{}.open(slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer w.shut()
	first, second := netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.AddrFrom4([4]byte{127, 0, 0, 2})
	for _, present := range [][]netip.Addr{{}, {first}, {first, second}, {second}, {first}} {
		if _, err := w.sockets.use(present); err != nil {
			t.Skipf("no socket on %v: %v", present, err) // elsewhere than on Linux
		}
		if got := gathered(t, w); !slices.Equal(got, present) {
			t.Errorf("candidates of %v, want %v", got, present)
		}
	}
}

// gathered returns the addresses of a session's candidates.
func gathered(t *testing.T, w *network) []netip.Addr {
	t.Helper()
	pc, _, err := w.connection(webrtc.Configuration{}, []string{webrtc.MimeTypeH264}, startBitrate)
	if err != nil {
		t.Fatal(err)
	}
	defer pc.GracefulClose()
	if _, err := pc.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo); err != nil {
		t.Fatal(err)
	}
	found := []netip.Addr{}
	done := make(chan struct{})
	pc.OnICECandidate(func(c *webrtc.ICECandidate) {
		if c == nil {
			close(done)
			return
		}
		found = append(found, netip.MustParseAddr(c.Address))
	})
	d, err := pc.CreateOffer(nil)
	if err == nil {
		err = pc.SetLocalDescription(d)
	}
	if err != nil {
		t.Fatal(err)
	}
	<-done
	slices.SortFunc(found, netip.Addr.Compare)
	return found
}

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
