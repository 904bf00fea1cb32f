package signaling_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"inbox/signaling"
)

var faultSeed = flag.Uint64("fault.seed", uint64(time.Now().UnixNano()), "seed of the fault test's random faults")

// Whatever happens to the connections, every message arrives once and in order.
func TestFaults(t *testing.T) {
	const pairs = 20
	messages := 2500 // from each of the two
	if testing.Short() {
		messages = 100
	}
	store := signaling.NewMemory(signaling.MemoryOptions{
		// Nothing may expire, however slow the machine is.
		InboxTimeout: time.Hour, MessageTimeout: time.Hour,
	})
	handler := signaling.NewHandler(store, signaling.Options{Limits: noLimits})
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	taking, stop := context.WithCancel(context.Background())
	var handling sync.WaitGroup
	handling.Go(func() { handler.Run(taking) })
	t.Cleanup(handling.Wait)
	t.Cleanup(stop)
	proxy := startFaultyProxy(t, server.Listener.Addr().String(), *faultSeed)
	t.Logf("-fault.seed=%d", *faultSeed)

	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	var running sync.WaitGroup
	for i := range pairs {
		left := newFaultPeer(t, proxy, fmt.Sprintf("left-%d", i))
		right := newFaultPeer(t, proxy, fmt.Sprintf("right-%d", i))
		for _, ends := range [][2]*faultPeer{{left, right}, {right, left}} {
			self, other := ends[0], ends[1]
			running.Go(func() { cancelOn(cancel, self.receive(ctx, other.client.Credentials.ID, messages)) })
			running.Go(func() { cancelOn(cancel, self.send(ctx, other, messages)) })
		}
	}
	running.Wait()
	if err := context.Cause(ctx); err != nil {
		t.Error(err)
	}
	t.Logf("%d messages; %d delays, %d cuts, %d resets, %d resets of one side",
		pairs*2*messages, proxy.delays.Load(), proxy.cuts.Load(), proxy.resets.Load(), proxy.halves.Load())
	if proxy.cuts.Load() == 0 || proxy.resets.Load() == 0 || proxy.halves.Load() == 0 {
		t.Error("the proxy did no harm: nothing was tested")
	}
}

func cancelOn(cancel context.CancelCauseFunc, err error) {
	if err != nil {
		cancel(err)
	}
}

// faultPeer is one client of the fault test.
type faultPeer struct {
	client *signaling.Client
	there  chan struct{} // closed when its inbox is
}

func newFaultPeer(t *testing.T, proxy *faultyProxy, id string) *faultPeer {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	p := &faultPeer{
		client: &signaling.Client{
			URL:         "http://" + proxy.listener.Addr().String(),
			Credentials: signaling.Credentials{ID: id, Password: "password"},
			HTTP:        &http.Client{Transport: transport},
		},
		there: make(chan struct{}),
	}
	var once sync.Once
	p.client.OnState = func(err error) {
		if err == nil {
			once.Do(func() { close(p.there) })
		}
	}
	return p
}

// send sends the numbers from 0 to n.
func (p *faultPeer) send(ctx context.Context, to *faultPeer, n int) error {
	select {
	case <-to.there:
	case <-ctx.Done():
		return nil
	}
	for i := range n + 1 {
		if err := p.client.Send(ctx, to.client.Credentials.ID, fmt.Append(nil, i)); err != nil {
			return fmt.Errorf("send %d to %s: %w", i, to.client.Credentials.ID, err)
		}
	}
	return nil
}

// receive receives the numbers from 0 to n, the last of which shows that none
// before it came twice.
func (p *faultPeer) receive(ctx context.Context, from string, n int) error {
	next := 0
	for m, err := range p.client.Messages(ctx) {
		if err != nil {
			return fmt.Errorf("%s: %w", p.client.Credentials.ID, err)
		}
		if m.From != from || string(m.Body) != fmt.Sprint(next) {
			return fmt.Errorf("%s got %s from %s, want %d from %s", p.client.Credentials.ID, m.Body, m.From, next, from)
		}
		if next++; next > n {
			break
		}
	}
	return nil
}
