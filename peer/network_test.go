package peer

import (
	"context"
	"log/slog"
	"net"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"slices"
	"strings"
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
		if _, err := w.sockets.use(present); err != nil && runtime.GOOS == "linux" {
			t.Fatalf("no socket on %v: %v", present, err)
		} else if err != nil {
			t.Skipf("this system has one loopback address: %v", err)
		}
		if got := gathered(t, w); !slices.Equal(got, present) {
			t.Errorf("candidates of %v, want %v", got, present)
		}
	}
}

// TestStands has sessions on one address or another while this machine has two.
func TestStands(t *testing.T) {
	present := []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")}
	on := func(address, behind string) *webrtc.ICECandidatePair {
		return &webrtc.ICECandidatePair{Local: &webrtc.ICECandidate{Address: address, RelatedAddress: behind}}
	}
	tests := []struct {
		name string
		pair *webrtc.ICECandidatePair
		want bool
	}{
		{"an address that is there", on("192.0.2.1", ""), true},
		{"one of IPv6", on("2001:db8:0::1", ""), true},
		{"one that is gone", on("192.0.2.2", ""), false},
		{"what a STUN server saw of one that is there", on("198.51.100.1", "192.0.2.1"), true},
		{"what it saw of one that is gone", on("198.51.100.1", "192.0.2.2"), false},
		{"the machine itself", on("127.0.0.1", ""), true},
		{"no way at all", nil, false},
	}
	for _, tt := range tests {
		if got := stands(tt.pair, present); got != tt.want {
			t.Errorf("%s: stands %v, want %v", tt.name, got, tt.want)
		}
	}
}

// gathered returns the addresses of a session's candidates.
func gathered(t *testing.T, w *network) []netip.Addr {
	t.Helper()
	found := []netip.Addr{}
	for _, c := range candidates(t, w) {
		found = append(found, netip.MustParseAddr(c.Address))
	}
	slices.SortFunc(found, netip.Addr.Compare)
	return found
}

// candidates returns a session's.
func candidates(t *testing.T, w *network) (all []*webrtc.ICECandidate) {
	t.Helper()
	pc, _, err := w.connection(webrtc.Configuration{}, []string{webrtc.MimeTypeH264}, startBitrate)
	if err != nil {
		t.Fatal(err)
	}
	defer pc.GracefulClose()
	if _, err := pc.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	pc.OnICECandidate(func(c *webrtc.ICECandidate) {
		if c == nil {
			close(done)
			return
		}
		all = append(all, c)
	})
	d, err := pc.CreateOffer(nil)
	if err == nil {
		err = pc.SetLocalDescription(d)
	}
	if err != nil {
		t.Fatal(err)
	}
	<-done
	return all
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

// onRealSockets shares a camera on this machine's own network, lets a viewer watch
// it, and calls check when its pictures come.
func onRealSockets(t *testing.T, n Network, reach []webrtc.NetworkType, check func(v *testViewer, log *journal)) {
	t.Helper()
	mailbox := realMailbox(t)
	var log journal
	camera := &Camera{
		Source:  &fakeSource{formats: []string{webrtc.MimeTypeH264}, fps: 30},
		Mailbox: mailbox("camera"), Network: n, Logger: log.logger(t),
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- camera.Run(ctx) }()
	viewer := newTestViewer(t, mailbox("viewer"), Key{}, "camera", nil)
	viewer.networks = reach
	watching := make(chan struct{})
	go func() {
		viewer.run(ctx, true)
		close(watching)
	}()
	for deadline := time.Now().Add(20 * time.Second); viewer.frames.Load() < 30; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Errorf("%d pictures came in 20 s", viewer.frames.Load())
			break
		}
	}
	check(viewer, &log)
	cancel()
	<-ended
	<-watching
}

// TestTCPWhereUDPIsClosed has a viewer that no UDP reaches, as behind some
// firewalls: its pictures come over ICE-TCP (RFC 6544).
func TestTCPWhereUDPIsClosed(t *testing.T) {
	tcp := []webrtc.NetworkType{webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6}
	onRealSockets(t, Network{TCPPort: freeTCPPort(t)}, tcp, func(_ *testViewer, log *journal) {
		log.says(t, `msg="viewer is connected" .*route="direct tcp `)
	})
}

// TestMediaUsesThePort has port and interface chosen: the pictures come from there.
func TestMediaUsesThePort(t *testing.T) {
	port := freeUDPPort(t)
	onRealSockets(t, Network{UDPPort: port, Interfaces: []string{loopbackName(t)}}, nil, func(v *testViewer, _ *journal) {
		v.mu.Lock()
		defer v.mu.Unlock()
		if v.pc == nil {
			return // no picture came, which was said
		}
		pair, err := v.pc.GetReceivers()[0].Transport().ICETransport().GetSelectedCandidatePair()
		if err != nil || pair == nil {
			t.Errorf("the viewer has no way to the camera: %v", err)
			return
		}
		if a := netip.MustParseAddr(pair.Remote.Address); int(pair.Remote.Port) != port || !a.IsLoopback() {
			t.Errorf("pictures come from %v:%d, want a loopback address and port %d", a, pair.Remote.Port, port)
		}
	})
}

// loopbackName is what this machine calls the interface to itself.
func loopbackName(t *testing.T) string {
	t.Helper()
	all, err := adapters()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if a.flags&net.FlagLoopback != 0 && a.flags&net.FlagUp != 0 {
			return a.name
		}
	}
	t.Skip("this machine has no loopback interface")
	return ""
}

// TestUDPPort has the port fixed, as for a firewall: media uses it, on every
// address, and another program's is not taken in silence.
func TestUDPPort(t *testing.T) {
	port := freeUDPPort(t)
	w, err := Network{UDPPort: port}.open(slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer w.shut()
	candidates := candidates(t, w)
	if len(candidates) == 0 {
		t.Error("there are no candidates")
	}
	for _, c := range candidates {
		if int(c.Port) != port {
			t.Errorf("media is at %s:%d, want port %d", c.Address, c.Port, port)
		}
	}
	if second, err := (Network{UDPPort: port}).open(slog.New(slog.DiscardHandler)); err == nil {
		second.shut()
		t.Error("a port that is in use was opened again")
	} else if text := err.Error(); !strings.Contains(text, "choose another with -udp-port") || strings.Contains(text, "\n") {
		t.Errorf("a port that is in use: %v", err)
	}
}

func freeUDPPort(t *testing.T) int {
	t.Helper()
	c, err := net.ListenUDP("udp", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).Port
}
