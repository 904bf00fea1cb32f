package peer

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/pion/webrtc/v4"
)

// maxHeld is how many candidates may come before their offer, in all.
const maxHeld = 64

// viewerRun is a Viewer that runs. Its state belongs to the goroutine of serve.
type viewerRun struct {
	*Viewer
	log     *slog.Logger
	channel *channel
	network *network
	names   *resolver
	ice     []webrtc.ICEServer
	codecs  []string
	latency time.Duration

	messages  chan received
	over      chan *receiving
	silent    chan *viewed // cameras that were asked in vain
	recorded  chan error   // recordings that ended
	cameras   map[string]*viewed
	held      []received // candidates without an offer
	recording int        // how many recordings run
	workers   sync.WaitGroup
}

// receiving is a session that runs, and how it ended.
type receiving struct {
	*reception
	prints string // the other end's DTLS fingerprints
	cancel context.CancelFunc
	done   chan struct{}
	why    reason
}

// serve runs the sessions until ctx ends, and waits for all of them.
func (r *viewerRun) serve(ctx context.Context) error {
	ended := ctx
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r.ice = r.channel.iceServers(ctx, r.log)
	if r.Camera != "" && ctx.Err() == nil {
		r.ask(ctx, r.camera(ctx, r.Camera), 0)
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			err = ctx.Err()
		case m := <-r.messages:
			err = r.receive(ctx, m)
		case s := <-r.over:
			r.ended(ctx, s)
		case c := <-r.silent:
			if c.asking {
				r.leave(c)
			}
		case err = <-r.recorded:
			r.recording--
		case now := <-tick.C:
			if r.network.follow(r.log) {
				r.moved()
			}
			r.tell(now)
		}
		if err != nil {
			cancel()
			closed := r.endAll()
			if ended.Err() != nil && closed != nil {
				err = closed
			}
			return err
		}
	}
}

// moved tells the sessions which addresses this machine has now.
func (r *viewerRun) moved() {
	for _, c := range r.cameras {
		if c.session != nil {
			c.session.move(r.network.sockets.addresses())
		}
	}
}

// endAll says goodbye to all cameras, and waits for their sessions and Sinks. It
// returns the first error of a Sink.
func (r *viewerRun) endAll() (err error) {
	for _, c := range r.cameras {
		c.stopAsking()
		if c.session != nil {
			c.session.send(Message{Type: Bye})
			c.session.cancel()
		}
	}
	r.workers.Wait()
	for _, c := range r.cameras {
		c.recording.close()
	}
	for ; r.recording > 0; r.recording-- {
		if failed := <-r.recorded; err == nil {
			err = failed
		}
	}
	return err
}

// receive takes a message to the session that it is for, or begins one.
func (r *viewerRun) receive(ctx context.Context, m received) error {
	c := r.cameras[m.from]
	switch m.Type {
	case Offer:
		return r.offered(ctx, m)
	case ICECandidate:
		if c == nil || c.session == nil || m.Session != c.session.id {
			r.hold(m)
			return nil
		}
	case State:
		if c != nil && c.session != nil && m.Session == c.session.id {
			if m.Video == Unsupported {
				return r.unfit(c, m.Codecs)
			}
			c.introduce(m.Message)
		}
	}
	switch {
	case c == nil:
	case c.session != nil && m.Session == c.session.id:
		c.session.deliver(m.Message)
	case c.session == nil && m.Type == Bye && r.Camera == "":
		r.leave(c)
	}
	return nil
}

// hold keeps a candidate that came before its offer; the oldest make room.
func (r *viewerRun) hold(m received) {
	if len(r.held) == maxHeld {
		r.held = r.held[1:]
	}
	r.held = append(r.held, m)
}

// take hands over the candidates of an offer, and forgets all of its sender.
func (r *viewerRun) take(from, session string, to *reception) {
	var others []received
	for _, m := range r.held {
		switch {
		case m.from != from:
			others = append(others, m)
		case m.Session == session:
			to.deliver(m.Message)
		}
	}
	r.held = others
}

// offered takes an offer to its session, or answers it with a new one.
func (r *viewerRun) offered(ctx context.Context, m received) error {
	c := r.camera(ctx, m.from)
	if c == nil {
		r.log.Warn("camera turned away: too many", "camera", m.from, "cameras", len(r.cameras))
		return nil
	}
	c.stopAsking()
	c.introduce(m.Message)
	prints := fingerprints(m.SDP)
	if s := c.session; s != nil {
		// A camera that was started anew may offer under the name that it was asked with.
		if m.Session != "" && m.Session == s.id && prints == s.prints {
			s.deliver(m.Message)
			return nil
		}
		s.cancel()
		<-s.done
		c.session = nil
	}
	offer, err := readOffer(m.SDP, r.codecs)
	switch {
	case errors.Is(err, ErrUnsupported) && r.Camera != "":
		return err
	case err != nil:
		r.log.Warn("offer cannot be used", "camera", m.from, "error", err)
		return nil
	}
	r.start(ctx, c, m.Message, offer, prints)
	return nil
}

// unfit is what a camera says that has none of this viewer's codecs.
func (r *viewerRun) unfit(c *viewed, codecs string) error {
	err := unsupported(strings.Split(codecs, ", "))
	if r.Camera != "" {
		return err
	}
	r.log.Warn("camera cannot be received", "camera", c.info.Inbox, "error", err)
	return nil
}

// start begins a session with a camera by answering its offer.
func (r *viewerRun) start(ctx context.Context, c *viewed, m Message, offer offer, prints string) {
	log := r.log.With("camera", c.info.Inbox)
	pc, err := r.network.receiver(webrtc.Configuration{ICEServers: r.ice}, offer)
	if err != nil {
		log.Error("session could not be made", "error", err)
		r.ask(ctx, c, againMin)
		return
	}
	dialogue := newDialogue(m.Session, c.info.Inbox, pc, r.channel, r.names, log)
	s := newReception(dialogue, offer, c.recording, r.latency, c.picture)
	sessionCtx, cancel := context.WithCancel(context.WithoutCancel(ctx)) // it still says goodbye after ctx
	running := &receiving{reception: s, prints: prints, cancel: cancel, done: make(chan struct{})}
	c.session = running
	r.take(c.info.Inbox, m.Session, s)
	r.workers.Go(func() {
		running.why = s.converse(sessionCtx, func(ctx context.Context) reason { return s.run(ctx, m.SDP) })
		cancel()
		close(running.done)
		select {
		case r.over <- running:
		case <-ctx.Done():
		}
	})
}

// ended goes on after a session: a camera that was lost is asked for another.
func (r *viewerRun) ended(ctx context.Context, s *receiving) {
	c := r.cameras[s.peer]
	if c == nil || c.session != s {
		return
	}
	c.session = nil
	r.log.Info("camera is gone", "camera", c.info.Inbox, "because", s.why.String())
	switch {
	case s.why == lost && (s.id != "" || r.Camera != ""):
		r.ask(ctx, c, 0)
	case r.Camera != "":
		r.ask(ctx, c, askAgain)
	default:
		r.leave(c)
	}
}
