package peer

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

// How a stream is noticed that no longer comes, long before the connection's
// state tells. Times are as the pages have them.
const (
	lookEvery  = 400 * time.Millisecond
	quietAfter = 1500 * time.Millisecond // without a packet, where some came
	firstAfter = 10 * time.Second        // without one at all
)

// reception is one peer connection between the viewer and one camera. Its run is
// the only one that touches it; pion's callbacks and others send to it.
type reception struct {
	*dialogue
	offer   offer
	intake  *intake
	latency time.Duration
	picture PictureState
	tracks  chan newTrackRemote

	live   atomic.Bool            // what the viewer may ask of it: it is connected
	way    atomic.Pointer[string] // its route
	quiet  bool                   // nothing comes any more
	silent time.Time              // when that was noticed
}

// newTrackRemote is a stream that begins.
type newTrackRemote struct {
	track    *webrtc.TrackRemote
	receiver *webrtc.RTPReceiver
}

func newReception(d *dialogue, o offer, to *recording, latency time.Duration, picture PictureState) *reception {
	s := &reception{
		dialogue: d, offer: o, latency: latency, picture: picture,
		intake: newIntake(to, d.pc.WriteRTCP, d.log),
		tracks: make(chan newTrackRemote, 8),
	}
	s.intake.expects = [2]bool{len(o.video) > 0, len(o.audio) > 0}
	d.pc.OnTrack(func(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
		select {
		case s.tracks <- newTrackRemote{t, r}:
		default: // a camera has two
		}
	})
	return s
}

// run answers the offer and lives until ctx ends or the session does.
func (s *reception) run(ctx context.Context, sdp string) reason {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.workers.Go(func() { s.intake.run(ctx) })
	if err := s.accepted(sdp); err != nil {
		s.log.Warn("session could not begin", "error", err)
		return lost
	}
	patience := time.NewTimer(connectWithin)
	defer patience.Stop()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return closed
		case m := <-s.messages:
			if why, over := s.handle(ctx, m); over {
				return why
			}
		case c := <-s.candidates:
			s.send(Message{Type: ICECandidate, Candidate: &c})
		case c := <-s.resolved:
			s.add(c)
		case t := <-s.tracks:
			s.workers.Go(func() { s.readPackets(ctx, t.track) })
			s.workers.Go(func() { s.readReports(ctx, t.receiver) })
		case <-s.changed:
			if why, over := s.connectionChanged(patience); over {
				return why
			}
		case addresses := <-s.moved:
			if s.connected && len(addresses) > 0 && !s.standsOn(addresses) {
				patience.Reset(lostAfter)
				s.askForAnotherWay()
			}
		case err := <-s.sender.failures:
			s.log.Debug("message not sent", "error", err)
		case now := <-look.C:
			if s.stalled(now) {
				return lost
			}
		case <-patience.C:
			return lost
		}
	}
}

// accepted answers an offer: the first, the same again or one that restarts ICE.
func (s *reception) accepted(sdp string) error {
	if err := s.accept(sdp); err != nil {
		return err
	}
	for _, t := range s.pc.GetTransceivers() {
		codecs := s.offer.video
		if t.Kind() == webrtc.RTPCodecTypeAudio {
			codecs = s.offer.audio
		}
		if len(codecs) == 0 {
			continue
		}
		if err := t.SetCodecPreferences(codecs); err != nil {
			return fmt.Errorf("codecs of the answer: %w", err)
		}
	}
	return s.answer()
}

// handle takes a message of the camera.
func (s *reception) handle(ctx context.Context, m Message) (reason, bool) {
	switch m.Type {
	case Bye:
		return byeReceived, true
	case Offer:
		if err := s.accepted(m.SDP); err != nil {
			s.log.Warn("offer cannot be used", "error", err)
			return lost, !s.connected
		}
	case ICECandidate:
		s.candidate(ctx, *m.Candidate)
	case State:
		if m.Video != "" {
			s.picture = m.Video
		}
	}
	return 0, false
}

// connectionChanged reads the connection's state anew: the event that told of it may be late.
func (s *reception) connectionChanged(patience *time.Timer) (reason, bool) {
	switch s.pc.ConnectionState() {
	case webrtc.PeerConnectionStateConnected:
		patience.Stop()
		way := s.route()
		s.way.Store(&way)
		if !s.connected {
			s.log.Info("camera is connected", "route", way)
			s.since = time.Now()
		}
		s.connected = true
		s.live.Store(true)
	case webrtc.PeerConnectionStateDisconnected:
		s.live.Store(false)
		patience.Reset(lostAfter)
		s.askForAnotherWay()
	case webrtc.PeerConnectionStateClosed: // by the other end, whose goodbye may have the longer way
		s.live.Store(false)
		patience.Reset(byeWithin)
	case webrtc.PeerConnectionStateFailed:
		return lost, true
	}
	return 0, false
}

// askForAnotherWay asks the camera to restart ICE: it made the offer, and may not
// have noticed yet.
func (s *reception) askForAnotherWay() {
	if s.id != "" && s.connected {
		s.send(Message{Type: Watch})
	}
}

// stalled looks whether packets still come, and asks for another way for them. It
// reports whether that was in vain.
func (s *reception) stalled(now time.Time) bool {
	quiet := s.connected && s.picture == Live
	if newest := s.intake.newest.Load(); newest > 0 {
		quiet = quiet && now.Sub(s.intake.recording.epoch.Add(time.Duration(newest))) >= quietAfter
	} else {
		quiet = quiet && now.Sub(s.since) >= firstAfter
	}
	if quiet && !s.quiet {
		s.log.Info("nothing comes from the camera any more")
		s.silent = now
		s.askForAnotherWay()
	}
	s.quiet = quiet
	return quiet && s.id != "" && now.Sub(s.silent) >= lostAfter
}

// readPackets hands a stream's packets to the intake until the connection is closed.
func (s *reception) readPackets(ctx context.Context, t *webrtc.TrackRemote) {
	var l *lane
	var kind webrtc.PayloadType
	for {
		p, _, err := t.ReadRTP()
		if err != nil {
			return
		}
		if l == nil || kind != webrtc.PayloadType(p.PayloadType) {
			kind = webrtc.PayloadType(p.PayloadType)
			if l = newLane(t.Codec(), t.SSRC(), s.latency); l == nil {
				continue
			}
		}
		select {
		case s.intake.incoming <- incoming{lane: l, packet: arrived{p, time.Now()}}:
		case <-ctx.Done():
			return
		}
	}
}

// readReports hands on what the camera says of its clocks.
func (s *reception) readReports(ctx context.Context, receiver *webrtc.RTPReceiver) {
	for {
		all, _, err := receiver.ReadRTCP()
		if err != nil {
			return
		}
		for _, p := range all {
			r, ok := p.(*rtcp.SenderReport)
			if !ok {
				continue
			}
			select {
			case s.intake.incoming <- incoming{report: r}:
			case <-ctx.Done():
				return
			}
		}
	}
}
