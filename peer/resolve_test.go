package peer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/pion/mdns/v2"
	"github.com/pion/webrtc/v4"
	"golang.org/x/net/ipv4"
)

// TestResolve looks up the name under which a browser on this network hides its address.
func TestResolve(t *testing.T) {
	const name = "5c1b3c0a-0c5e-4a34-9c3f-1d2f7a3f5e61.local"
	group, err := listenMulticast("udp4", mdns.DefaultAddressIPv4)
	if err != nil {
		t.Fatal(err)
	}
	browser, err := mdns.NewServer(ipv4.NewPacketConn(group), nil, mdns.WithIncludeLoopback(true), mdns.WithLocalNames(name), mdns.WithLoggerFactory(quiet{}))
	if err != nil {
		t.Fatal(err)
	}
	defer browser.Close()
	r := &resolver{}
	defer r.close()
	const before, after = "candidate:1 1 udp 2122262783 ", " 50000 typ host generation 0"
	got, err := r.resolve(t.Context(), before+name+after)
	if err != nil {
		t.Fatal(err)
	}
	address, ok := strings.CutPrefix(strings.TrimSuffix(got, after), before)
	if !ok || net.ParseIP(address) == nil {
		t.Errorf("%q became %q", before+name+after, got)
	}
	for _, c := range []string{before + "192.0.2.1" + after, "candidate:1 1 udp", ""} {
		if got, err := r.resolve(t.Context(), c); got != c || err != nil {
			t.Errorf("%q became %q, %v", c, got, err)
		}
	}
}

// TestResolveInVain asks for a name that nobody has: it takes no longer than the
// session that asks, and an end of all sessions.
func TestResolveInVain(t *testing.T) {
	r := &resolver{}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	const hidden = "candidate:1 1 udp 1 4e0f3c66-0000-4a34-9c3f-1d2f7a3f5e61.local 50000 typ host"
	if _, err := r.resolve(ctx, hidden); err == nil || ctx.Err() == nil {
		t.Errorf("the error is %v, that of the session's context is %v", err, ctx.Err())
	}
	r.close()
	if _, err := r.resolve(t.Context(), hidden); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the error after the end is %v", err)
	}
}

// TestHiddenCandidatesDelayNothing has a browser whose names nobody on this
// network resolves: the session takes its other candidates at once meanwhile, and
// ends at once.
func TestHiddenCandidatesDelayNothing(t *testing.T) {
	d := &dialogue{names: &resolver{}, log: slog.New(slog.DiscardHandler), resolved: make(chan webrtc.ICECandidateInit)}
	defer d.names.close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	began := time.Now()
	for i := range 20 {
		d.candidate(ctx, webrtc.ICECandidateInit{Candidate: fmt.Sprintf("candidate:1 1 udp 1 %08d-0000-4a34-9c3f-1d2f7a3f5e61.local 50000 typ host", i)})
	}
	const plain = "candidate:1 1 udp 1 192.0.2.1 50000 typ host"
	d.candidate(ctx, webrtc.ICECandidateInit{Candidate: plain})
	if c := <-d.resolved; c.Candidate != plain {
		t.Errorf("the first one to be used is %q", c.Candidate)
	}
	cancel()
	d.workers.Wait()
	if took := time.Since(began); took > resolveTimeout/2 {
		t.Errorf("the others took %v", took)
	}
}
