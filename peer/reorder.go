package peer

import (
	"time"

	"github.com/pion/rtp"
)

// maxAhead is how many packets a reorder holds, some seconds of a large picture.
const maxAhead = 2048

// arrived is a packet and when it came.
type arrived struct {
	*rtp.Packet
	at time.Time
}

// reorder brings the packets of one stream into their order, and waits for the
// missing ones as long as they may still be repeated. It is bounded.
//
// It is not pion's samplebuilder, which measures its waiting by the RTP time of
// what comes, takes padding for a loss and a late repeat for a new beginning,
// and keeps a megabyte for each stream.
type reorder struct {
	wait time.Duration // for a missing packet, from when its successor came

	held    map[uint16]arrived
	next    uint16 // what is given out next
	highest uint16 // the newest that came
	started bool

	lost, repaired, late int64 // packets: never came, came in time though behind others, came too late
}

func newReorder(wait time.Duration) *reorder {
	return &reorder{wait: wait, held: make(map[uint16]arrived)}
}

// push takes a packet that came. One that is too far ahead of the others begins anew.
func (r *reorder) push(p arrived) {
	n := p.SequenceNumber
	if !r.started {
		r.started, r.next, r.highest = true, n, n
	}
	switch ahead := int16(n - r.next); {
	case ahead < 0 && ahead > -maxAhead:
		r.late++
		return
	case ahead < 0 || ahead >= maxAhead:
		r.lost++ // how many is not known
		clear(r.held)
		r.next, r.highest = n-1, n // so that what follows counts as behind a loss
	}
	if _, twice := r.held[n]; twice {
		return
	}
	if int16(n-r.highest) > 0 {
		r.highest = n
	} else if n != r.highest {
		r.repaired++
	}
	r.held[n] = p
}

// pop returns the next packet, and whether some before it are lost. There is
// none as long as a missing one is waited for.
func (r *reorder) pop(now time.Time) (p arrived, gap, ok bool) {
	if len(r.held) == 0 {
		return arrived{}, false, false
	}
	if p, ok = r.held[r.next]; !ok {
		following, at := r.following()
		if now.Before(at) {
			return arrived{}, false, false
		}
		r.lost += int64(following - r.next)
		r.next, gap = following, true
		p = r.held[following]
	}
	delete(r.held, r.next)
	r.next++
	return p, gap, true
}

// deadline is when the missing packet is given up; false: nothing is waited for.
func (r *reorder) deadline() (time.Time, bool) {
	if len(r.held) == 0 {
		return time.Time{}, false
	}
	_, at := r.following()
	return at, true
}

// following returns the first packet that is there, and when what is missing
// before it is given up. Some packet is there.
func (r *reorder) following() (uint16, time.Time) {
	n := r.next
	for r.held[n].Packet == nil {
		n++
	}
	// What came first behind the gap need not be what follows it.
	first := r.held[n].at
	for m := n + 1; int16(m-r.highest) <= 0; m++ {
		if p, ok := r.held[m]; ok && p.at.Before(first) {
			first = p.at
		}
	}
	return n, first.Add(r.wait)
}
