package peer

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/transport/v4/vnet"
	"github.com/pion/webrtc/v4"
)

// oldCamera is a camera as the original's page: its messages name no session, and
// it knows no message but offer, answer and candidates.
type oldCamera struct {
	channel *channel
	net     *vnet.Net
	mute    atomic.Bool
	noSound atomic.Bool
}

// send offers once and then sends pictures of VP8 and sound until ctx ends.
func (c *oldCamera) send(ctx context.Context, to string) error {
	n, err := Network{net: c.net}.open(nil)
	if err != nil {
		return err
	}
	pc, _, err := n.connection(webrtc.Configuration{}, []string{webrtc.MimeTypeVP8, webrtc.MimeTypeOpus}, 1_000_000)
	if err != nil {
		return err
	}
	defer func() { _ = pc.GracefulClose() }()
	picture, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90_000}, "p", "s")
	if err != nil {
		return err
	}
	sound, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48_000, Channels: 2}, "a", "s")
	if err != nil {
		return err
	}
	for _, t := range []webrtc.TrackLocal{picture, sound} {
		if _, err := pc.AddTrack(t); err != nil {
			return err
		}
	}
	connected := make(chan struct{}, 1)
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateConnected {
			connected <- struct{}{}
		}
	})
	if err := c.meet(ctx, pc, to); err != nil {
		return err
	}
	select {
	case <-connected:
	case <-ctx.Done():
		return ctx.Err()
	}
	return c.play(ctx, picture, sound)
}

// meet exchanges the descriptions, with all candidates in the offer or before it.
func (c *oldCamera) meet(ctx context.Context, pc *webrtc.PeerConnection, to string) error {
	var candidates []webrtc.ICECandidateInit
	gathered := make(chan struct{})
	pc.OnICECandidate(func(i *webrtc.ICECandidate) {
		if i == nil {
			close(gathered)
			return
		}
		candidates = append(candidates, i.ToJSON())
	})
	d, err := pc.CreateOffer(nil)
	if err != nil {
		return err
	}
	if err := pc.SetLocalDescription(d); err != nil {
		return err
	}
	<-gathered
	for _, i := range candidates {
		if err := c.channel.send(ctx, to, Message{Type: ICECandidate, Candidate: &i}); err != nil {
			return err
		}
	}
	time.Sleep(50 * time.Millisecond)
	if err := c.channel.send(ctx, to, Message{Type: Offer, SDP: d.SDP}); err != nil { // without the candidates
		return err
	}
	for raw, err := range c.channel.mailbox.Messages(ctx) {
		if err != nil {
			return err
		}
		m, err := c.channel.open(raw)
		switch {
		case err != nil || m.Session != "":
			return fmt.Errorf("the viewer sent %+v: %w", m, err)
		case m.Type == Answer:
			return pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: m.SDP})
		}
	}
	return ctx.Err()
}

func (c *oldCamera) play(ctx context.Context, picture, sound *webrtc.TrackLocalStaticRTP) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for n := uint16(0); ; n++ {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if c.mute.Load() {
			continue
		}
		// Every picture is a key frame.
		p := &rtp.Packet{Header: rtp.Header{Version: 2, Marker: true, SequenceNumber: n, Timestamp: uint32(n) * 1800}, Payload: []byte{0x10, 0, 0, 0, 0x9d, 1, 0x2a, 0, 0, 0, 0, 0}}
		if err := picture.WriteRTP(p); err != nil {
			return err
		}
		if c.noSound.Load() {
			continue
		}
		s := &rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: n, Timestamp: uint32(n) * 960}, Payload: []byte{1, 2, 3}}
		if err := sound.WriteRTP(s); err != nil {
			return err
		}
	}
}

// dialing runs f with an oldCamera that dials a viewer in the lobby.
func dialing(t *testing.T, f func(t *testing.T, c *oldCamera, v *runningViewer)) {
	t.Helper()
	inWorld(t, func(t *testing.T, w *world) {
		hosts := []*vnet.Net{w.host(), w.host()}
		w.start()
		viewer := w.view(&Viewer{Mailbox: w.mailbox("receiver")}, hosts[0])
		time.Sleep(time.Second)
		channel, err := newChannel(w.mailbox("old"), Key{})
		if err != nil {
			t.Fatal(err)
		}
		c := &oldCamera{channel: channel, net: hosts[1]}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- c.send(ctx, "receiver") }()
		f(t, c, viewer)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		viewer.stop(t)
	})
}

// TestViewerOfAnOldCamera has one without sessions, whose candidates overtake its offer.
func TestViewerOfAnOldCamera(t *testing.T) {
	dialing(t, func(t *testing.T, c *oldCamera, v *runningViewer) {
		time.Sleep(5 * time.Second)
		sink := v.only(t)
		if n := sink.in(2 * time.Second); n < 90 {
			t.Errorf("%d pictures in 2 s, want 100", n)
		}
		c.mute.Store(true) // it says nothing of a pause, and cannot be asked
		time.Sleep(time.Minute)
		c.mute.Store(false)
		time.Sleep(time.Second)
		if n := sink.in(2 * time.Second); n < 90 || len(v.all()) != 1 {
			t.Errorf("%d pictures in 2 s after a pause, in %d sinks", n, len(v.all()))
		}
	})
}

// TestViewerHearsSoundLate has a microphone that is switched on later: the
// recording begins anew, with a key frame.
func TestViewerHearsSoundLate(t *testing.T) {
	dialing(t, func(t *testing.T, c *oldCamera, v *runningViewer) {
		c.noSound.Store(true)
		time.Sleep(10 * time.Second)
		sink := v.only(t)
		if n, b := sink.pictures(), sink.begun(); n < 300 || b != 1 {
			t.Errorf("%d pictures without sound, in %d parts", n, b)
		}
		c.noSound.Store(false)
		time.Sleep(10 * time.Second)
		if n, b := len(sink.all("audio/")), sink.begun(); n < 400 || b != 2 {
			t.Errorf("%d packets of sound, in %d parts", n, b)
		}
	})
}
