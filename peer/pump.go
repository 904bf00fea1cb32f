package peer

import (
	"context"
	"runtime"
	"slices"
	"sync"
)

const (
	// queued is how many frames may wait for a pump: a second of picture and sound.
	queued = 80
	// perPump is how many viewers a pump serves before another one starts to:
	// waking a goroutine for each viewer and frame costs more than half of what
	// sending does (go run ./bench/viewers).
	perPump = 16
)

// pump sends frames to some of the viewers, on a goroutine of its own, so that
// encoders never wait. Sending does not wait either: UDP drops what finds no
// room, and a connection over TCP has a buffer that does.
type pump struct {
	queue   chan packets
	bundles *bundling

	mu     sync.Mutex
	feeds  []*feed
	missed bool
}

// newPumps returns one for each processor.
func newPumps(bundles *bundling) []*pump {
	pumps := make([]*pump, runtime.GOMAXPROCS(0))
	for i := range pumps {
		pumps[i] = &pump{queue: make(chan packets, queued), bundles: bundles}
	}
	return pumps
}

// pumpFor returns the pump for another viewer: the first that has room, else the one with the fewest.
func pumpFor(pumps []*pump) *pump {
	best := pumps[0]
	for _, p := range pumps {
		n := p.viewers()
		if n < perPump {
			return p
		}
		if n < best.viewers() {
			best = p
		}
	}
	return best
}

func (p *pump) viewers() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.feeds)
}

func (p *pump) add(f *feed) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.feeds = append(slices.Clone(p.feeds), f)
}

func (p *pump) remove(f *feed) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.feeds = slices.DeleteFunc(slices.Clone(p.feeds), func(other *feed) bool { return other == f })
}

// put queues a frame for the pump's viewers. Where there is no room it is
// dropped, for all of them.
func (p *pump) put(frame packets) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.feeds) == 0 {
		return
	}
	frame.gap = p.missed
	select {
	case p.queue <- frame:
		p.missed = false
	default:
		p.missed = true
	}
}

// run sends until ctx ends.
func (p *pump) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case frame := <-p.queue:
			p.send(frame)
		}
	}
}

// send gives a frame to all viewers of the pump.
func (p *pump) send(frame packets) {
	p.bundles.hold()
	defer p.bundles.release()
	for _, f := range p.receivers() {
		if frame.gap {
			f.miss()
		}
		f.put(frame)
	}
}

// receivers returns the viewers; add and remove make a new list.
func (p *pump) receivers() []*feed {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.feeds
}
