package peer

import (
	"context"
	crand "crypto/rand"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/pion/webrtc/v4"

	"inbox/signaling"
)

// server is a running Camera: the sessions with its viewers. Its state belongs
// to the goroutine of serve.
type server struct {
	*Camera
	log     *slog.Logger
	limits  limits
	channel *channel
	network *network
	names   *resolver
	studio  *studio
	stream  string // that picture and sound are in, for every viewer
	ice     []webrtc.ICEServer

	messages chan received
	over     chan *served
	sessions map[string]*served // by the viewer's inbox
	again    <-chan time.Time   // when the receiver is dialed anew
	failures int
}

// served is a session that runs, and how it ended.
type served struct {
	*session
	cancel context.CancelFunc
	why    reason
}

// serve runs the sessions until ctx ends, and waits for all of them.
func (s *server) serve(ctx context.Context) error {
	if err := s.askForServers(ctx); err != nil {
		return err
	}
	if s.Dial != "" {
		s.start(ctx, s.Dial, "", "")
	}
	for {
		select {
		case <-ctx.Done():
			s.endAll()
			return ctx.Err()
		case m := <-s.messages:
			s.receive(ctx, m)
		case v := <-s.over:
			s.ended(ctx, v)
		case <-s.again:
			s.again = nil
			if s.sessions[s.Dial] == nil {
				s.start(ctx, s.Dial, "", "")
			}
		}
	}
}

// endAll says goodbye to all viewers at once, and waits for their sessions.
func (s *server) endAll() {
	for _, v := range s.sessions {
		v.send(Message{Type: Bye})
		v.cancel()
	}
	for len(s.sessions) > 0 {
		v := <-s.over
		delete(s.sessions, v.peer)
	}
}

// receive takes a message to the session that it is for, or begins one.
func (s *server) receive(ctx context.Context, m received) {
	v := s.sessions[m.from]
	switch {
	case m.Type == Watch:
		s.watched(ctx, m, v)
	case m.Type == Offer && (v == nil || m.Session != v.id):
		s.replace(ctx, v)
		s.start(ctx, m.from, m.Session, m.SDP)
	case v != nil && (m.Session == "" || m.Session == v.id):
		select {
		case v.messages <- m.Message:
		default:
			s.log.Warn("message dropped: too many at once", "viewer", m.from)
		}
	}
}

// watched offers to a viewer. One that names the session it is in wants another
// way for it; one that has not answered its offer yet gets that again.
func (s *server) watched(ctx context.Context, m received, v *served) {
	if v != nil && (m.Session == v.id || m.Session == "") {
		select {
		case v.asked <- m.Session != "":
		default: // it was asked already
		}
		return
	}
	s.replace(ctx, v)
	s.start(ctx, m.from, m.Session, "")
}

// askForServers gets the server's ICE servers, which only the owner of an inbox
// gets: that is so a moment after read has asked for messages.
func (s *server) askForServers(ctx context.Context) error {
	for {
		servers, err := s.Mailbox.ICEServers(ctx)
		switch {
		case errors.Is(err, signaling.ErrNotFound):
			select {
			case <-time.After(inboxPoll):
				continue
			case <-ctx.Done():
			}
		case err != nil:
			s.log.Warn("going on without ICE servers", "error", err)
		}
		s.ice = iceServers(servers)
		return ctx.Err()
	}
}

// replace ends a viewer's session and forgets it: its place is taken by another.
func (s *server) replace(ctx context.Context, v *served) {
	if v == nil {
		return
	}
	v.cancel()
	for {
		ended := <-s.over
		s.ended(ctx, ended)
		if ended == v {
			return
		}
	}
}

// start begins a session with a viewer, by an offer or by answering one.
func (s *server) start(ctx context.Context, peer, id, offer string) {
	if len(s.sessions) >= maxViewers {
		s.log.Warn("viewer turned away: too many", "viewer", peer, "viewers", len(s.sessions))
		return
	}
	if id == "" && offer == "" {
		id = crand.Text()
	}
	session, err := s.session(peer, id)
	if err != nil {
		s.log.Error("session could not be made", "viewer", peer, "error", err)
		s.dialAgain(peer)
		return
	}
	sessionCtx, cancel := context.WithCancel(context.WithoutCancel(ctx)) // it still says goodbye after ctx
	v := &served{session: session, cancel: cancel}
	s.sessions[peer] = v
	go func() { // waited for by s.over
		sending := make(chan struct{})
		go func() {
			session.sender.run(sessionCtx)
			close(sending)
		}()
		v.why = session.run(sessionCtx, offer)
		cancel()
		<-sending
		s.over <- v
	}()
}

// session makes the peer connection for a viewer, with its tracks.
func (s *server) session(peer, id string) (*session, error) {
	mimes := s.Source.Formats()
	pc, estimator, err := s.network.connection(webrtc.Configuration{ICEServers: s.ice}, mimes, min(startBitrate, s.limits.max))
	if err != nil {
		return nil, err
	}
	v := &session{
		id: id, peer: peer, pc: pc, rate: estimator, studio: s.studio, names: s.names,
		log:        s.log.With("viewer", peer),
		sender:     newOutbox(s.channel, peer),
		feed:       newFeed(),
		hello:      func() Message { return Message{Name: shorten(s.Name, maxName), Video: Live} },
		messages:   make(chan Message, inboxSize),
		candidates: make(chan webrtc.ICECandidateInit, inboxSize),
		resolved:   make(chan webrtc.ICECandidateInit),
		changed:    make(chan struct{}, 1),
		asked:      make(chan bool, 1),
	}
	if err := v.addTracks(s.stream, mimes); err != nil {
		_ = pc.Close()
		return nil, err
	}
	v.listen()
	return v, nil
}

// ended forgets a session, and dials a receiver again that was lost.
func (s *server) ended(ctx context.Context, v *served) {
	if s.sessions[v.peer] == v {
		delete(s.sessions, v.peer)
	}
	if v.connected {
		s.failures = 0
		s.log.Info("viewer is gone", "viewer", v.peer, "sent", v.video.sent.Load(), "dropped", v.feed.dropped.Load())
	}
	switch v.why {
	case closed: // by this end, which knows what it does next
	case replaced:
		s.start(ctx, v.peer, "", "")
	default:
		s.dialAgain(v.peer)
	}
}

// dialAgain plans the next try, if peer is the receiver to dial.
func (s *server) dialAgain(peer string) {
	if peer != s.Dial || s.Dial == "" {
		return
	}
	d := min(againMin<<min(s.failures, 8), againMax)
	s.again = time.After(d/2 + rand.N(d/2))
	s.failures++
}

// iceServers are those of the mailbox's server.
func iceServers(from []signaling.ICEServer) (to []webrtc.ICEServer) {
	for _, i := range from {
		to = append(to, webrtc.ICEServer{URLs: slices.Clone(i.URLs), Username: i.Username, Credential: i.Credential})
	}
	return to
}
