package peer

import (
	"context"
	crand "crypto/rand"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/pion/webrtc/v4"
)

// cameraRun is a Camera that runs: the sessions with its viewers. Its state belongs
// to the goroutine of serve.
type cameraRun struct {
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
	over     chan *viewing
	sessions map[string]*viewing // by the viewer's inbox
	again    <-chan time.Time    // when the receiver is dialed anew
	failures int
}

// viewing is a session that runs, and how it ended.
type viewing struct {
	*session
	cancel context.CancelFunc
	why    reason
}

// serve runs the sessions until ctx ends, and waits for all of them.
func (r *cameraRun) serve(ctx context.Context) error {
	r.ice = r.channel.iceServers(ctx, r.log)
	if r.Dial != "" {
		r.start(ctx, r.Dial, "", "")
	}
	look := time.NewTicker(addressesEvery)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			r.endAll()
			return ctx.Err()
		case <-look.C:
			if r.network.follow(r.log) {
				for _, v := range r.sessions {
					v.move(r.network.sockets.addresses())
				}
			}
		case m := <-r.messages:
			r.receive(ctx, m)
		case v := <-r.over:
			r.ended(ctx, v)
		case <-r.again:
			r.again = nil
			if r.sessions[r.Dial] == nil {
				r.start(ctx, r.Dial, "", "")
			}
		}
	}
}

// endAll says goodbye to all viewers at once, and waits for their sessions.
func (r *cameraRun) endAll() {
	for _, v := range r.sessions {
		v.send(Message{Type: Bye})
		v.cancel()
	}
	for len(r.sessions) > 0 {
		v := <-r.over
		r.forget(v)
		r.report(v)
	}
}

// receive takes a message to the session that it is for, or begins one.
func (r *cameraRun) receive(ctx context.Context, m received) {
	v := r.sessions[m.from]
	switch {
	case m.Type == Watch:
		r.watched(ctx, m, v)
	case m.Type == Offer && (v == nil || m.Session != v.id):
		r.replace(ctx, v)
		r.start(ctx, m.from, m.Session, m.SDP)
	case v != nil && (m.Session == "" || m.Session == v.id):
		v.deliver(m.Message)
	}
}

// watched offers to a viewer. One that names the session it is in wants another
// way for it; one that has not answered its offer yet gets that again.
func (r *cameraRun) watched(ctx context.Context, m received, v *viewing) {
	if v != nil && (m.Session == v.id || m.Session == "") {
		select {
		case v.asked <- m.Session != "":
		default: // it was asked already
		}
		return
	}
	r.replace(ctx, v)
	r.start(ctx, m.from, m.Session, "")
}

// replace ends a viewer's session and forgets it: its place is taken by another.
func (r *cameraRun) replace(ctx context.Context, v *viewing) {
	if v == nil {
		return
	}
	v.cancel()
	for {
		ended := <-r.over
		r.ended(ctx, ended)
		if ended == v {
			return
		}
	}
}

// start begins a session with a viewer, by an offer or by answering one.
func (r *cameraRun) start(ctx context.Context, peer, id, offer string) {
	if len(r.sessions) >= maxViewers {
		r.log.Warn("viewer turned away: too many", "viewer", peer, "viewers", len(r.sessions))
		return
	}
	if id == "" && offer == "" {
		id = crand.Text()
	}
	session, err := r.session(peer, id)
	if err != nil {
		r.log.Error("session could not be made", "viewer", peer, "error", err)
		r.dialAgain(peer)
		return
	}
	sessionCtx, cancel := context.WithCancel(context.WithoutCancel(ctx)) // it still says goodbye after ctx
	v := &viewing{session: session, cancel: cancel}
	r.sessions[peer] = v
	go func() { // waited for by r.over
		v.why = session.converse(sessionCtx, func(ctx context.Context) reason { return session.run(ctx, offer) })
		cancel()
		r.over <- v
	}()
}

// session makes the peer connection for a viewer, with its tracks.
func (r *cameraRun) session(peer, id string) (*session, error) {
	mimes := r.Source.Formats()
	pc, estimator, err := r.network.connection(webrtc.Configuration{ICEServers: r.ice}, mimes, min(startBitrate, r.limits.max))
	if err != nil {
		return nil, err
	}
	v := &session{
		dialogue: newDialogue(id, peer, pc, r.channel, r.names, r.log.With("viewer", peer)),
		rate:     estimator, studio: r.studio, feed: &feed{},
		hello: func() Message { return Message{Name: shorten(r.Name, maxName), Video: Live} },
		asked: make(chan bool, 1),
	}
	if err := v.addTracks(r.stream, mimes); err != nil {
		_ = pc.Close()
		return nil, err
	}
	return v, nil
}

// ended forgets a session, and dials a receiver again that was lost.
func (r *cameraRun) ended(ctx context.Context, v *viewing) {
	r.forget(v)
	r.report(v)
	if v.connected {
		r.failures = 0
	}
	switch v.why {
	case closed: // by this end, which knows what it does next
	case replaced:
		r.start(ctx, v.peer, "", "")
	default:
		r.dialAgain(v.peer)
	}
}

// forget gives a session's place free.
func (r *cameraRun) forget(v *viewing) {
	if r.sessions[v.peer] == v {
		delete(r.sessions, v.peer)
	}
}

// report tells what has become of a viewer that was connected.
func (r *cameraRun) report(v *viewing) {
	if !v.connected {
		return
	}
	watched, sent := max(time.Since(v.since), time.Millisecond), v.video.sent.Load()
	r.log.Info("viewer is gone", "viewer", v.peer, "because", v.why.String(), "after", watched.Round(time.Second),
		"bytes", sent, "bitrate", Bitrate(float64(sent)*8/watched.Seconds()), "dropped", v.feed.dropped.Load())
}

// dialAgain plans the next try, if peer is the receiver to dial.
func (r *cameraRun) dialAgain(peer string) {
	if peer != r.Dial || r.Dial == "" {
		return
	}
	d := min(againMin<<min(r.failures, 8), againMax)
	r.again = time.After(d/2 + rand.N(d/2))
	r.failures++
}
