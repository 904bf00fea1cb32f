package peer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pion/interceptor/pkg/cc"
	"github.com/pion/webrtc/v4"

	"inbox/signaling"
)

// How long a camera waits for an answer. Times are as the pages have them.
const (
	answerAfter = 2 * time.Second        // before an unanswered offer is sent again
	absentAfter = time.Second            // before a receiver that is not there is tried again
	freshFor    = 30 * time.Second       // an unanswered offer's candidates may be gone after that
	soundLag    = 300 * time.Millisecond // pictures wait for their sound no longer than that
)

// session is one peer connection between the camera and one viewer. Its run is
// the only one that touches it; pion's callbacks and others send to it.
type session struct {
	*dialogue
	video    *track
	audio    *track // nil: the source has no sound
	feed     *feed
	rate     cc.BandwidthEstimator
	studio   *studio
	hello    func() Message // name and picture, for offers and states
	asked    chan bool      // a watch came: true if it named this session
	audience *audience
	tally    tally
	outdated bool // the offer that waits for its answer has only addresses that are gone
}

// run offers, or answers offer if that is not "", and lives until ctx ends or
// the session does.
func (s *session) run(ctx context.Context, offer string) reason {
	defer s.leave()
	if err := s.begin(ctx, offer); err != nil {
		s.log.Warn("session could not begin", "error", err)
		return lost
	}
	patience := time.NewTimer(answerAfter)
	defer patience.Stop()
	began := time.Now()
	reports := time.NewTicker(reportEvery)
	defer reports.Stop()
	measure := time.NewTicker(tallyEvery)
	defer measure.Stop()
	for {
		select {
		case <-ctx.Done():
			return closed
		case m := <-s.messages:
			if why, over := s.handle(ctx, m, patience); over {
				return why
			}
		case c := <-s.candidates:
			s.send(Message{Type: ICECandidate, Candidate: &c})
		case c := <-s.resolved:
			s.add(c)
		case named := <-s.asked:
			switch {
			case !s.described:
				s.offer()
			case named:
				s.lookForAnotherWay()
			default:
				return replaced // the viewer knows nothing of this session any more
			}
		case <-s.changed:
			if why, over := s.connectionChanged(patience); over {
				return why
			}
		case addresses := <-s.moved:
			if s.connected && len(addresses) > 0 && !s.standsOn(addresses) {
				s.outdated = s.pc.SignalingState() != webrtc.SignalingStateStable
				patience.Reset(lostAfter)
				s.lookForAnotherWay()
			}
		case err := <-s.sender.failures:
			if !s.described {
				patience.Reset(absentAfter)
			}
			s.log.Debug("message not sent", "absent", errors.Is(err, signaling.ErrNotFound), "error", err)
		case <-reports.C:
			s.report()
		case <-patience.C:
			if s.described || time.Since(began) > freshFor {
				return lost
			}
			s.offer()
			patience.Reset(answerAfter)
		case now := <-measure.C:
			if rate, ok := s.tally.next(s.video.sent.Load(), now); ok {
				s.log.Info("viewer watches", "bitrate", rate, "route", s.route())
			}
		}
	}
}

// begin makes the first description and sends it.
func (s *session) begin(ctx context.Context, offer string) error {
	if offer != "" {
		return s.accepted(offer)
	}
	d, err := s.pc.CreateOffer(nil)
	if err != nil {
		return fmt.Errorf("offer: %w", err)
	}
	if err := s.pc.SetLocalDescription(d); err != nil {
		return fmt.Errorf("offer: %w", err)
	}
	s.offer()
	return nil
}

// offer sends the local description, with the candidates found so far.
func (s *session) offer() {
	m := s.hello()
	m.Type, m.SDP = Offer, s.pc.LocalDescription().SDP
	s.send(m)
}

// accepted answers the viewer's offer.
func (s *session) accepted(sdp string) error {
	if err := s.accept(sdp); err != nil {
		return err
	}
	return s.answer()
}

// handle takes a message of the viewer.
func (s *session) handle(ctx context.Context, m Message, patience *time.Timer) (reason, bool) {
	switch m.Type {
	case Bye:
		return byeReceived, true
	case Answer:
		// An answer to an offer that was sent twice comes twice.
		if s.pc.SignalingState() != webrtc.SignalingStateHaveLocalOffer {
			return 0, false
		}
		d := webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: m.SDP}
		if !fits(d, s.video.formats) {
			return s.refuse()
		}
		if err := s.pc.SetRemoteDescription(d); err != nil {
			s.log.Warn("answer cannot be used", "error", err)
			return lost, !s.connected
		}
		if !s.connected {
			patience.Reset(connectWithin)
		}
		s.describedNow()
		if s.outdated {
			s.outdated = false
			s.lookForAnotherWay()
		}
	case Offer:
		if err := s.accepted(m.SDP); err != nil {
			s.log.Warn("offer cannot be used", "error", err)
			return lost, !s.connected
		}
	case ICECandidate:
		s.candidate(ctx, *m.Candidate)
	}
	return 0, false
}

// refuse ends the session with a viewer who has none of the source's codecs, and says so.
func (s *session) refuse() (reason, bool) {
	s.log.Warn("viewer cannot show this camera", "codecs", names(s.video.formats))
	s.send(Message{Type: State, Video: Unsupported, Codecs: names(s.video.formats)})
	return unfit, true
}

// lookForAnotherWay restarts ICE (RFC 8445, section 2.4) below the connection.
func (s *session) lookForAnotherWay() {
	if !s.connected {
		return
	}
	if s.pc.SignalingState() == webrtc.SignalingStateStable {
		d, err := s.pc.CreateOffer(&webrtc.OfferOptions{ICERestart: true})
		if err == nil {
			err = s.pc.SetLocalDescription(d)
		}
		if err != nil {
			s.log.Warn("cannot look for another way", "error", err)
			return
		}
	}
	s.offer()
}

// connectionChanged reads the connection's state anew: the event that told of it may be late.
func (s *session) connectionChanged(patience *time.Timer) (reason, bool) {
	switch s.pc.ConnectionState() {
	case webrtc.PeerConnectionStateConnected:
		patience.Stop()
		if !s.connected {
			s.connected, s.since = true, time.Now()
			s.join()
		}
	case webrtc.PeerConnectionStateDisconnected:
		patience.Reset(lostAfter)
		s.lookForAnotherWay()
	case webrtc.PeerConnectionStateClosed: // by the other end, whose goodbye may have the longer way
		s.leave()
		patience.Reset(byeWithin)
	case webrtc.PeerConnectionStateFailed:
		return lost, true
	}
	return 0, false
}

// join lets pictures come, now that they have a way.
func (s *session) join() {
	a := &audience{feed: s.feed, estimate: s.rate.GetTargetBitrate, onState: func(p PictureState) {
		m := s.hello()
		m.Type, m.Video = State, p
		s.send(m)
	}}
	if b := s.video.bound.Load(); b != nil {
		a.video = b.format.MimeType
	}
	if s.audio != nil && s.audio.bound.Load() != nil {
		a.audio = webrtc.MimeTypeOpus
	}
	s.audience = a
	s.log.Info("viewer is connected", "route", s.route(), "codec", a.video)
	s.studio.join(a)
}

// leave lets no more pictures come.
func (s *session) leave() {
	if s.audience != nil {
		s.studio.leave(s.audience)
		s.audience = nil
	}
}

// addTracks adds one of each kind that the source has.
func (s *session) addTracks(stream string, mimes []string) error {
	sound := ofKind(mimes, webrtc.RTPCodecTypeAudio)
	hold := time.Duration(0)
	if len(sound) > 0 {
		hold = soundLag
	}
	s.video = newTrack(webrtc.RTPCodecTypeVideo, stream, ofKind(mimes, webrtc.RTPCodecTypeVideo), hold, &s.workers, s.feed.needKey)
	s.feed.video = s.video
	tracks := []*track{s.video}
	if len(sound) > 0 {
		s.audio = newTrack(webrtc.RTPCodecTypeAudio, stream, sound, 0, &s.workers, nil)
		s.feed.audio = s.audio
		tracks = append(tracks, s.audio)
	}
	for _, t := range tracks {
		sendonly := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}
		if _, err := s.pc.AddTransceiverFromTrack(t, sendonly); err != nil {
			return fmt.Errorf("track of %s: %w", t.kind, err)
		}
	}
	return nil
}
