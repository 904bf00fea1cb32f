package peer

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/pion/webrtc/v4"

	"inbox/signaling"
)

func TestParseMessage(t *testing.T) {
	for _, body := range []string{"", "null", "[]", `{"type":"offer"}`, `{"type":"answer","sdp":""}`, `{"type":"icecandidate"}`, `{"type":"sealed"}`, `{"type":"x"}`, `{"sdp":"v=0"}`} {
		if m, err := parseMessage([]byte(body)); !errors.Is(err, errMessage) {
			t.Errorf("%s is read as %+v, %v", body, m, err)
		}
	}
	m, err := parseMessage([]byte(`{"type":"offer","sdp":"v=0","session":"s","name":"` + strings.Repeat("ä", 100) + `"}`))
	if err != nil || m.Session != "s" || m.Name != strings.Repeat("ä", maxName) {
		t.Errorf("%+v, %v", m, err)
	}
}

func FuzzParseMessage(f *testing.F) {
	f.Add([]byte(`{"type":"icecandidate","candidate":{"candidate":"x","sdpMid":"0","sdpMLineIndex":0}}`))
	f.Add([]byte(`{"type":"offer","sdp":"v=0\r\n"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := parseMessage(body)
		if err != nil {
			return
		}
		again, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parseMessage(again); err != nil {
			t.Errorf("%q is written as %q, which does not read: %v", body, again, err)
		}
	})
}

// TestChannelDrops has the messages that a server could make up.
func TestChannelDrops(t *testing.T) {
	key := NewKey()
	camera, err := newChannel(&signaling.Client{Credentials: signaling.Credentials{ID: "camera"}}, key)
	if err != nil {
		t.Fatal(err)
	}
	box := func(k Key, m Message, from, to string) []byte {
		s, err := NewSealer(k)
		if err != nil {
			t.Fatal(err)
		}
		inner, _ := json.Marshal(m)
		sealed, err := s.Seal(inner, from, to)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := json.Marshal(Message{Type: Sealed, Box: sealed})
		return body
	}
	watch := box(key, Message{Type: Watch}, "viewer", "camera")
	tests := []struct {
		name string
		from string
		body []byte
		want error
	}{
		{"a sealed watch", "viewer", watch, nil},
		{"the same again", "viewer", watch, errReplayed},
		{"as if from another", "third", watch, ErrSeal},
		{"for another", "viewer", box(key, Message{Type: Watch}, "viewer", "other"), ErrSeal},
		{"under another key", "viewer", box(NewKey(), Message{Type: Watch}, "viewer", "camera"), ErrSeal},
		{"plain", "viewer", []byte(`{"type":"watch"}`), errPlain},
		{"no message", "viewer", []byte("hello"), errMessage},
		{"a box in a box", "viewer", box(key, Message{Type: Sealed, Box: "x"}, "viewer", "camera"), errMessage},
		{"an answer of no session", "viewer", box(key, Message{Type: Answer, SDP: "v=0"}, "viewer", "camera"), errMessage},
		{"an answer", "viewer", box(key, Message{Type: Answer, SDP: "v=0", Session: "s"}, "viewer", "camera"), nil},
	}
	for _, tt := range tests {
		if _, err := camera.open(signaling.Message{From: tt.from, Body: tt.body}); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

func TestFits(t *testing.T) {
	fs := ofKind([]string{webrtc.MimeTypeH264}, webrtc.RTPCodecTypeVideo)
	answer := func(port, codec string) webrtc.SessionDescription {
		return webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: strings.Join([]string{
			"v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0", "m=video " + port + " UDP/TLS/RTP/SAVPF 102", "c=IN IP4 0.0.0.0", "a=rtpmap:102 " + codec, "",
		}, "\r\n")}
	}
	for _, tt := range []struct {
		port, codec string
		want        bool
	}{{"9", "H264/90000", true}, {"9", "h264/90000", true}, {"0", "H264/90000", false}, {"9", "VP8/90000", false}} {
		if got := fits(answer(tt.port, tt.codec), fs); got != tt.want {
			t.Errorf("port %s, %s: %v, want %v", tt.port, tt.codec, got, tt.want)
		}
	}
	if fits(webrtc.SessionDescription{SDP: "nonsense"}, fs) {
		t.Error("nonsense fits")
	}
}
