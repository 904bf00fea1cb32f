package peer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/pion/interceptor/pkg/cc"
	"github.com/pion/webrtc/v4"

	"inbox/signaling"
)

// How long a session waits. Times are as the pages have them.
const (
	answerAfter   = 2 * time.Second  // before an unanswered offer is sent again
	absentAfter   = time.Second      // before a receiver that is not there is tried again
	freshFor      = 30 * time.Second // an unanswered offer's candidates may be gone after that
	connectWithin = 10 * time.Second // from the answer until media can flow
	lostAfter     = 5 * time.Second  // for a broken connection to find another way
	byeWithin     = 500 * time.Millisecond
	soundLag      = 300 * time.Millisecond // pictures wait for their sound no longer than that
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
	unfit                     // the viewer has none of the source's codecs
)

// session is one peer connection between the camera and one viewer. Its run is
// the only one that touches it; pion's callbacks and others send to it.
type session struct {
	id     string
	peer   string // the viewer's inbox
	sender *outbox
	pc     *webrtc.PeerConnection
	video  *track
	audio  *track // nil: the source has no sound
	feed   *feed
	rate   cc.BandwidthEstimator
	studio *studio
	names  *resolver
	log    *slog.Logger
	hello  func() Message // name and picture, for offers and states

	messages   chan Message
	candidates chan webrtc.ICECandidateInit // own ones, to be sent
	resolved   chan webrtc.ICECandidateInit // the viewer's, to be used
	changed    chan struct{}                // the connection's state
	asked      chan bool                    // a watch came: true if it named this session

	described bool // the remote description is set
	early     []webrtc.ICECandidateInit
	connected bool
	audience  *audience
	tally     tally
	workers   sync.WaitGroup
}

// run offers, or answers offer if that is not "", and lives until ctx ends or
// the session does. It has closed the connection when it returns.
func (s *session) run(ctx context.Context, offer string) reason {
	ctx, cancel := context.WithCancel(ctx)
	defer func() {
		cancel()
		if s.audience != nil {
			s.studio.leave(s.audience)
		}
		_ = s.pc.GracefulClose() // it has nobody left to tell
		s.video.reading.Wait()
		s.workers.Wait()
	}()
	if err := s.begin(ctx, offer); err != nil {
		s.log.Warn("session could not begin", "error", err)
		return lost
	}
	patience := time.NewTimer(answerAfter)
	defer patience.Stop()
	began := time.Now()
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
		case err := <-s.sender.failures:
			if !s.described {
				patience.Reset(absentAfter)
			}
			s.log.Debug("message not sent", "absent", errors.Is(err, signaling.ErrNotFound), "error", err)
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
		return s.answer(offer)
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

func (s *session) answer(sdp string) error {
	if err := s.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: sdp}); err != nil {
		return fmt.Errorf("the viewer's offer: %w", err)
	}
	d, err := s.pc.CreateAnswer(nil)
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	if err := s.pc.SetLocalDescription(d); err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	s.describedNow()
	s.send(Message{Type: Answer, SDP: s.pc.LocalDescription().SDP})
	return nil
}

func (s *session) send(m Message) {
	m.Session = s.id
	s.sender.put(m)
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
	case Offer:
		if err := s.answer(m.SDP); err != nil {
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

// candidate looks up the viewer's candidate where it hides its address.
func (s *session) candidate(ctx context.Context, c webrtc.ICECandidateInit) {
	if c.Candidate == "" {
		return
	}
	s.workers.Go(func() {
		address, err := s.names.resolve(ctx, c.Candidate)
		if err != nil {
			s.log.Debug("candidate left out", "error", err)
			return
		}
		c.Candidate = address
		select {
		case s.resolved <- c:
		case <-ctx.Done():
		}
	})
}

func (s *session) add(c webrtc.ICECandidateInit) {
	if !s.described {
		if len(s.early) < inboxSize {
			s.early = append(s.early, c)
		}
		return
	}
	// One that cannot be used does not spoil the others.
	if err := s.pc.AddICECandidate(c); err != nil {
		s.log.Debug("candidate left out", "error", err)
	}
}

func (s *session) describedNow() {
	s.described = true
	for _, c := range s.early {
		s.add(c)
	}
	s.early = nil
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
			s.connected = true
			s.join()
		}
	case webrtc.PeerConnectionStateDisconnected:
		patience.Reset(lostAfter)
		s.lookForAnotherWay()
	case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed:
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

// addTracks adds one of each kind that the source has.
func (s *session) addTracks(stream string, mimes []string) error {
	sound := ofKind(mimes, webrtc.RTPCodecTypeAudio)
	hold := time.Duration(0)
	if len(sound) > 0 {
		hold = soundLag
	}
	s.video = newTrack(webrtc.RTPCodecTypeVideo, stream, ofKind(mimes, webrtc.RTPCodecTypeVideo), hold, s.feed.needKey)
	s.feed.video = s.video
	tracks := []*track{s.video}
	if len(sound) > 0 {
		s.audio = newTrack(webrtc.RTPCodecTypeAudio, stream, sound, 0, nil)
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

// listen lets pion's callbacks send to run.
func (s *session) listen() {
	s.pc.OnICECandidate(func(c *webrtc.ICECandidate) {
		if c == nil {
			return
		}
		select {
		case s.candidates <- c.ToJSON():
		default: // it stands in the description, if that is sent again
		}
	})
	s.pc.OnConnectionStateChange(func(webrtc.PeerConnectionState) {
		select {
		case s.changed <- struct{}{}:
		default:
		}
	})
}

// route says how media travels, for people.
func (s *session) route() string {
	senders := s.pc.GetSenders()
	if len(senders) == 0 {
		return "unknown"
	}
	pair, err := senders[0].Transport().ICETransport().GetSelectedCandidatePair()
	if err != nil || pair == nil {
		return "unknown"
	}
	how := "direct"
	if pair.Local.Typ == webrtc.ICECandidateTypeRelay || pair.Remote.Typ == webrtc.ICECandidateTypeRelay {
		how = "relay"
	}
	return how + " " + pair.Local.Protocol.String() + " " + pair.Remote.Typ.String()
}
