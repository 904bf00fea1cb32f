package peer

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/pion/webrtc/v4"
)

// How long a session waits, whichever end it is. Times are as the pages have them.
const (
	connectWithin = 10 * time.Second       // from the answer until media can flow
	lostAfter     = 5 * time.Second        // for a broken connection to find another way
	byeWithin     = 500 * time.Millisecond // for a goodbye to go out, or to come after the connection's end
)

// inboxSize is how many messages may wait for a session.
const inboxSize = 64

// reason is why a session ended.
type reason int

const (
	lost        reason = iota // the connection failed, or never came about
	byeReceived               // the other end said so
	replaced                  // by a newer one
	closed                    // by this end
	unfit                     // the viewer has none of the camera's codecs
)

// String says it of the other end, for people.
func (r reason) String() string {
	switch r {
	case lost:
		return "its connection was lost"
	case byeReceived:
		return "it said goodbye"
	case replaced:
		return "it began anew"
	case unfit:
		return "it has none of the camera's codecs"
	}
	return "this end closed the connection"
}

// dialogue is what the sessions of a camera and of a viewer have in common: a
// peer connection, and the messages with the other end about it. It belongs to
// the goroutine of the session; pion's callbacks and others send to its channels.
type dialogue struct {
	id     string // "" for peers that know no sessions
	peer   string // the other end's inbox
	sender *outbox
	pc     *webrtc.PeerConnection
	names  *resolver
	log    *slog.Logger

	messages   chan Message
	candidates chan webrtc.ICECandidateInit // own ones, to be sent
	resolved   chan webrtc.ICECandidateInit // the other end's, to be used
	changed    chan struct{}                // the connection's state
	moved      chan []netip.Addr            // this machine's addresses, when they have changed

	described bool // the remote description is set
	early     []webrtc.ICECandidateInit
	connected bool
	since     time.Time // it was connected
	workers   sync.WaitGroup
}

// newDialogue takes over pc, whose callbacks it listens to.
func newDialogue(id, peer string, pc *webrtc.PeerConnection, channel *channel, names *resolver, log *slog.Logger) *dialogue {
	d := &dialogue{
		id: id, peer: peer, pc: pc, names: names, log: log,
		sender:     newOutbox(channel, peer),
		messages:   make(chan Message, inboxSize),
		candidates: make(chan webrtc.ICECandidateInit, inboxSize),
		resolved:   make(chan webrtc.ICECandidateInit),
		changed:    make(chan struct{}, 1),
		moved:      make(chan []netip.Addr, 1),
	}
	pc.OnICECandidate(func(c *webrtc.ICECandidate) {
		if c == nil {
			return
		}
		select {
		case d.candidates <- c.ToJSON():
		default: // it stands in the description, if that is sent again
		}
	})
	pc.OnConnectionStateChange(func(webrtc.PeerConnectionState) {
		select {
		case d.changed <- struct{}{}:
		default:
		}
	})
	return d
}

// converse runs a session, and returns why it ended. The connection is closed
// once the other end has been told, for a moment at most: else it would seem to
// have been lost.
func (d *dialogue) converse(ctx context.Context, run func(context.Context) reason) reason {
	ctx, cancel := context.WithCancel(ctx)
	sending := make(chan struct{})
	go func() {
		d.sender.run(ctx)
		close(sending)
	}()
	why := run(ctx)
	cancel()
	<-sending
	_ = d.pc.GracefulClose() // it has nobody left to tell
	d.workers.Wait()
	return why
}

func (d *dialogue) send(m Message) {
	m.Session = d.id
	d.sender.put(m)
}

// deliver hands a message to the session, which belongs to another goroutine.
func (d *dialogue) deliver(m Message) {
	select {
	case d.messages <- m:
	default:
		d.log.Warn("message dropped: too many at once")
	}
}

// move tells the session which addresses this machine has now.
func (d *dialogue) move(addresses []netip.Addr) {
	select {
	case <-d.moved: // older ones
	default:
	}
	d.moved <- addresses
}

// standsOn reports whether media comes to one of these addresses.
func (d *dialogue) standsOn(addresses []netip.Addr) bool { return stands(d.pair(), addresses) }

// stands reports whether this end of a pair has one of the addresses, behind
// which a server may have seen another (RFC 8839, section 5.1). That of the
// machine itself is always there.
func stands(pair *webrtc.ICECandidatePair, addresses []netip.Addr) bool {
	if pair == nil {
		return false
	}
	for _, text := range []string{pair.Local.Address, pair.Local.RelatedAddress} {
		a, err := netip.ParseAddr(text)
		if err == nil && (a.IsLoopback() || slices.Contains(addresses, a.Unmap())) {
			return true
		}
	}
	return false
}

// accept takes the other end's offer.
func (d *dialogue) accept(sdp string) error {
	if err := d.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: sdp}); err != nil {
		return fmt.Errorf("the other end's offer: %w", err)
	}
	return nil
}

// answer answers the offer that was accepted.
func (d *dialogue) answer() error {
	a, err := d.pc.CreateAnswer(nil)
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	if err := d.pc.SetLocalDescription(a); err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	d.describedNow()
	d.send(Message{Type: Answer, SDP: d.pc.LocalDescription().SDP})
	return nil
}

// candidate looks up the other end's candidate where it hides its address.
func (d *dialogue) candidate(ctx context.Context, c webrtc.ICECandidateInit) {
	if c.Candidate == "" {
		return
	}
	d.workers.Go(func() {
		address, err := d.names.resolve(ctx, c.Candidate)
		if err != nil {
			d.log.Debug("candidate left out", "error", err)
			return
		}
		c.Candidate = address
		select {
		case d.resolved <- c:
		case <-ctx.Done():
		}
	})
}

func (d *dialogue) add(c webrtc.ICECandidateInit) {
	if !d.described {
		if len(d.early) < inboxSize {
			d.early = append(d.early, c)
		}
		return
	}
	// One that cannot be used does not spoil the others.
	if err := d.pc.AddICECandidate(c); err != nil {
		d.log.Debug("candidate left out", "error", err)
	}
}

func (d *dialogue) describedNow() {
	d.described = true
	for _, c := range d.early {
		d.add(c)
	}
	d.early = nil
}

// route says how media travels, for people.
func (d *dialogue) route() string {
	pair := d.pair()
	if pair == nil {
		return "unknown"
	}
	how := "direct"
	if pair.Local.Typ == webrtc.ICECandidateTypeRelay || pair.Remote.Typ == webrtc.ICECandidateTypeRelay {
		how = "relay"
	}
	return how + " " + pair.Local.Protocol.String() + " " + pair.Remote.Typ.String()
}

// pair is the one that ICE has chosen, nil where there is none: all tracks have
// one transport (BUNDLE, RFC 9143).
func (d *dialogue) pair() *webrtc.ICECandidatePair {
	for _, t := range d.pc.GetTransceivers() {
		var transport *webrtc.DTLSTransport
		if s := t.Sender(); s != nil {
			transport = s.Transport()
		}
		if r := t.Receiver(); transport == nil && r != nil {
			transport = r.Transport()
		}
		if transport == nil {
			continue
		}
		if pair, err := transport.ICETransport().GetSelectedCandidatePair(); err == nil && pair != nil {
			return pair
		}
	}
	return nil
}
