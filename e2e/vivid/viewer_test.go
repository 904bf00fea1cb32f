//go:build vivid

package vivid_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"net"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"

	"inbox/peer"
	"inbox/signaling"
)

// hostAddress is the host's loopback as the machine sees it.
const hostAddress = "10.0.2.2"

// viewer is a receiver that cameras dial, and the server that both use.
type viewer struct {
	t       *testing.T
	port    string
	mailbox *signaling.Client

	pictures chan image.Point       // the size of each key frame, and nothing of the others
	states   chan peer.PictureState // what the camera says of its picture
	byes     chan struct{}

	session string
	pc      *webrtc.PeerConnection
	reading sync.WaitGroup
}

// newViewer runs a server and a viewer; they end with the test.
func newViewer(t *testing.T) *viewer {
	t.Helper()
	serving, stop := context.WithCancel(context.Background())
	server := httptest.NewUnstartedServer(signaling.NewHandler(signaling.NewMemory(signaling.MemoryOptions{}), signaling.Options{}))
	server.Config.BaseContext = func(net.Listener) context.Context { return serving }
	server.Start()
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	v := &viewer{
		t: t, port: port,
		mailbox:  &signaling.Client{URL: server.URL, Credentials: signaling.Credentials{ID: "receiver", Password: "secret"}},
		pictures: make(chan image.Point, 1000), states: make(chan peer.PictureState, 100), byes: make(chan struct{}, 10),
	}
	done := make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer close(done)
		v.run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
		stop()
		server.Close()
	})
	return v
}

func (v *viewer) run(ctx context.Context) {
	defer v.reading.Wait()
	defer v.hangUp()
	for raw, err := range v.mailbox.Messages(ctx) {
		if err != nil {
			if ctx.Err() == nil {
				v.t.Error("messages:", err)
			}
			return
		}
		var m peer.Message
		if err := json.Unmarshal(raw.Body, &m); err != nil {
			v.t.Error(err)
			continue
		}
		switch m.Type {
		case peer.Offer:
			if err := v.answer(ctx, raw.From, m); err != nil {
				v.t.Error("answer:", err)
			}
		case peer.State:
			if m.Video != "" {
				v.states <- m.Video
			}
		case peer.Bye:
			v.byes <- struct{}{}
		}
	}
}

func (v *viewer) hangUp() {
	if v.pc != nil {
		if err := v.pc.Close(); err != nil {
			v.t.Error(err)
		}
		v.pc = nil
	}
}

// answer sends the answer with all candidates: there is one, on the loopback.
func (v *viewer) answer(ctx context.Context, from string, m peer.Message) error {
	if v.pc == nil || v.session != m.Session {
		v.hangUp()
		pc, err := v.connect()
		if err != nil {
			return err
		}
		v.pc, v.session = pc, m.Session
	}
	if err := v.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: m.SDP}); err != nil {
		return err
	}
	gathered := webrtc.GatheringCompletePromise(v.pc)
	d, err := v.pc.CreateAnswer(nil)
	if err == nil {
		err = v.pc.SetLocalDescription(d)
	}
	if err != nil {
		return err
	}
	<-gathered
	body, err := json.Marshal(peer.Message{Type: peer.Answer, Session: m.Session, SDP: v.pc.LocalDescription().SDP})
	if err != nil {
		return err
	}
	return v.mailbox.Send(ctx, from, body)
}

func (v *viewer) connect() (*webrtc.PeerConnection, error) {
	var s webrtc.SettingEngine
	s.SetIncludeLoopbackCandidate(true)
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	s.SetIPFilter(func(ip net.IP) bool { return ip.IsLoopback() })
	if err := s.SetICEAddressRewriteRules(webrtc.ICEAddressRewriteRule{External: []string{hostAddress}, AsCandidateType: webrtc.ICECandidateTypeHost, Mode: webrtc.ICEAddressRewriteReplace}); err != nil {
		return nil, err
	}
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(s)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, err
	}
	pc.OnTrack(func(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { v.reading.Go(func() { v.read(t) }) })
	return pc, nil
}

// read reads what comes until the connection ends.
func (v *viewer) read(t *webrtc.TrackRemote) {
	var packets codecs.H264Packet
	for {
		p, _, err := t.ReadRTP()
		if err != nil {
			return
		}
		units, err := packets.Unmarshal(p.Payload)
		if err != nil {
			v.t.Error(err)
			return
		}
		var size image.Point
		for nal := range bytes.SplitSeq(units, []byte{0, 0, 0, 1}) {
			if len(nal) > 0 && h264.NALUType(nal[0]&0x1f) == h264.NALUTypeSPS {
				var sps h264.SPS
				if err := sps.Unmarshal(nal); err != nil {
					v.t.Error(err)
				}
				size = image.Pt(sps.Width(), sps.Height())
			}
		}
		if size != (image.Point{}) || p.Marker {
			v.saw(size)
		}
	}
}

// saw keeps a picture for the test; the oldest are forgotten.
func (v *viewer) saw(size image.Point) {
	for {
		select {
		case v.pictures <- size:
			return
		default:
		}
		select {
		case <-v.pictures:
		default:
		}
	}
}

const patience = time.Minute

// awaitPictures waits for a key frame of the size, and n pictures.
func (v *viewer) awaitPictures(size image.Point, n int) {
	v.t.Helper()
	late := time.After(patience)
	key := false
	for n > 0 || !key {
		select {
		case got := <-v.pictures:
			n--
			if got != (image.Point{}) {
				key = got == size
			}
		case <-late:
			v.t.Fatalf("%d more pictures are missing after %v; key frame of %v: %v", n, patience, size, key)
		}
	}
}

func (v *viewer) awaitState(want peer.PictureState) {
	v.t.Helper()
	late := time.After(patience)
	for {
		select {
		case got := <-v.states:
			if got == want {
				return
			}
		case <-late:
			v.t.Fatalf("the camera does not say that it is %s", want)
		}
	}
}

// forget drops the pictures that have come.
func (v *viewer) forget() {
	for {
		select {
		case <-v.pictures:
		default:
			return
		}
	}
}
