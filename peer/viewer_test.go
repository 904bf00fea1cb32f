package peer

import (
	"context"
	"encoding/binary"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/transport/v4"
	"github.com/pion/webrtc/v4"

	"inbox/signaling"
)

// testViewer is a viewer as plain as can be, made of pion alone.
type testViewer struct {
	t       *testing.T
	camera  string
	channel *channel
	net     transport.Net
	mimes   []string
	// networks are those that reach it; none: all.
	networks []webrtc.NetworkType
	settings func(*webrtc.SettingEngine) // changes its settings; nil: it does not
	// rewrite changes the camera's candidates on their way; nil: it does not.
	rewrite func(string) string
	// forgetful viewers name no session in what they send.
	forgetful bool

	frames atomic.Int64 // pictures whose last packet came
	keys   atomic.Int64
	width  atomic.Int64 // of the newest picture, in pixels
	// unannounced is how often the width changed without a key frame.
	unannounced atomic.Int64
	sounds      atomic.Int64
	offers      atomic.Int64
	state       atomic.Pointer[Message]
	bye         chan struct{}
	mu          sync.Mutex
	pc          *webrtc.PeerConnection
	session     string
	reading     sync.WaitGroup
}

func newTestViewer(t *testing.T, mailbox *signaling.Client, key Key, camera string, n transport.Net) *testViewer {
	t.Helper()
	c, err := newChannel(mailbox, key)
	if err != nil {
		t.Fatal(err)
	}
	return &testViewer{
		t: t, camera: camera, channel: c, net: n, bye: make(chan struct{}, 8),
		mimes: []string{webrtc.MimeTypeH264, webrtc.MimeTypeOpus},
	}
}

// run answers the camera until ctx ends.
func (v *testViewer) run(ctx context.Context, watch bool) {
	if watch {
		v.watch(ctx)
	}
	for raw, err := range v.channel.mailbox.Messages(ctx) {
		if err != nil {
			break
		}
		m, err := v.channel.open(raw)
		if err != nil {
			v.t.Error("viewer got", err)
			continue
		}
		v.handle(ctx, m)
	}
	v.close()
}

// watch asks for an offer as soon as the camera is there.
func (v *testViewer) watch(ctx context.Context) {
	for {
		err := v.channel.send(ctx, v.camera, Message{Type: Watch})
		if !errors.Is(err, signaling.ErrNotFound) {
			if err != nil && ctx.Err() == nil { // else it was stopped before it had asked
				v.t.Error("watch:", err)
			}
			return
		}
		time.Sleep(100 * time.Millisecond) // the bubble's time
	}
}

func (v *testViewer) close() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.pc != nil {
		_ = v.pc.GracefulClose()
		v.pc = nil
	}
	v.reading.Wait()
}

func (v *testViewer) handle(ctx context.Context, m Message) {
	switch m.Type {
	case Offer:
		v.offers.Add(1)
		if err := v.answer(ctx, m); err != nil && ctx.Err() == nil {
			v.t.Error("answer:", err)
		}
	case ICECandidate:
		v.mu.Lock()
		defer v.mu.Unlock()
		if v.pc != nil && m.Session == v.session {
			if v.rewrite != nil {
				m.Candidate.Candidate = v.rewrite(m.Candidate.Candidate)
			}
			_ = v.pc.AddICECandidate(*m.Candidate)
		}
	case Answer:
		v.mu.Lock()
		defer v.mu.Unlock()
		if err := v.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: m.SDP}); err != nil {
			v.t.Error("the camera's answer:", err)
		}
	case State:
		v.state.Store(&m)
	case Bye:
		v.bye <- struct{}{}
	}
}

func (v *testViewer) answer(ctx context.Context, m Message) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.pc != nil && v.session != m.Session {
		_ = v.pc.GracefulClose()
		v.pc = nil
	}
	if v.pc == nil {
		if err := v.connect(ctx, m.Session); err != nil {
			return err
		}
	}
	if err := v.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: m.SDP}); err != nil {
		return err
	}
	d, err := v.pc.CreateAnswer(nil)
	if err != nil {
		return err
	}
	if err := v.pc.SetLocalDescription(d); err != nil {
		return err
	}
	return v.send(ctx, Message{Type: Answer, Session: m.Session, SDP: v.pc.LocalDescription().SDP})
}

func (v *testViewer) send(ctx context.Context, m Message) error {
	if v.forgetful {
		m.Session = ""
	}
	return v.channel.send(ctx, v.camera, m)
}

// offer asks for a picture and sound by an offer.
func (v *testViewer) offer(ctx context.Context, session string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.connect(ctx, session); err != nil {
		return err
	}
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeVideo, webrtc.RTPCodecTypeAudio} {
		if _, err := v.pc.AddTransceiverFromKind(kind, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
			return err
		}
	}
	d, err := v.pc.CreateOffer(nil)
	if err != nil {
		return err
	}
	if err := v.pc.SetLocalDescription(d); err != nil {
		return err
	}
	return v.send(ctx, Message{Type: Offer, Session: session, SDP: v.pc.LocalDescription().SDP})
}

func (v *testViewer) connect(ctx context.Context, session string) error {
	w, err := Network{net: v.net}.open(nil)
	if err != nil {
		return err
	}
	v.t.Cleanup(w.shut)
	if v.networks != nil {
		w.settings.SetICEUDPMux(nil) // which would be used all the same
		w.settings.SetNetworkTypes(v.networks)
	}
	if v.settings != nil {
		v.settings(&w.settings)
	}
	media, registry := &webrtc.MediaEngine{}, &interceptor.Registry{}
	for _, mime := range v.mimes {
		f, _ := formatOf(mime)
		if err := media.RegisterCodec(f.RTPCodecParameters, f.kind); err != nil {
			return err
		}
	}
	if err := errors.Join(webrtc.ConfigureNack(media, registry), webrtc.ConfigureRTCPReports(registry), webrtc.ConfigureTWCCSender(media, registry)); err != nil {
		return err
	}
	api := webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(registry), webrtc.WithSettingEngine(w.settings))
	pc, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return err
	}
	pc.OnTrack(func(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { v.reading.Go(func() { v.read(t) }) })
	pc.OnICECandidate(func(c *webrtc.ICECandidate) {
		if c == nil {
			return
		}
		i := c.ToJSON()
		_ = v.send(ctx, Message{Type: ICECandidate, Session: session, Candidate: &i})
	})
	v.pc, v.session = pc, session
	return nil
}

func (v *testViewer) read(t *webrtc.TrackRemote) {
	for {
		p, _, err := t.ReadRTP()
		if err != nil {
			return
		}
		if t.Kind() == webrtc.RTPCodecTypeVideo {
			v.look(p.Payload)
		}
		switch {
		case t.Kind() == webrtc.RTPCodecTypeAudio:
			v.sounds.Add(1)
		case p.Marker:
			v.frames.Add(1)
		case len(p.Payload) > 0 && p.Payload[0]&0x1f == 24: // parameter sets, before a key frame
			v.keys.Add(1)
		}
	}
}

// look reads the width of the picture that begins with a packet (RFC 6184).
func (v *testViewer) look(payload []byte) {
	const idr, nonIDR, fragment = 5, 1, 28
	if len(payload) < 2 {
		return
	}
	kind, slice := payload[0]&0x1f, payload[1:]
	if kind == fragment && payload[1]&0x80 != 0 { // the first one
		kind, slice = payload[1]&0x1f, payload[2:]
	}
	if (kind != idr && kind != nonIDR) || len(slice) < widthAt+2 {
		return
	}
	width := int64(binary.BigEndian.Uint16(slice[widthAt:]))
	if before := v.width.Swap(width); before != width && kind != idr {
		v.unannounced.Add(1)
	}
}

// loseSomething asks for a key frame, as a decoder does that lost a picture.
func (v *testViewer) loseSomething() { v.ask(false) }

// ask asks for a key frame, by a FIR or a PLI.
func (v *testViewer) ask(fir bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, r := range v.pc.GetReceivers() {
		if r.Track() == nil || r.Track().Kind() != webrtc.RTPCodecTypeVideo {
			continue
		}
		ssrc := uint32(r.Track().SSRC())
		var p rtcp.Packet = &rtcp.PictureLossIndication{MediaSSRC: ssrc}
		if fir {
			p = &rtcp.FullIntraRequest{FIR: []rtcp.FIREntry{{SSRC: ssrc}}}
		}
		_ = v.pc.WriteRTCP([]rtcp.Packet{p})
	}
}

func (v *testViewer) connected() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.pc != nil && v.pc.ConnectionState() == webrtc.PeerConnectionStateConnected
}
