package peer

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/pion/webrtc/v4"
)

// sdpOf is an offer as browsers make it, as far as codecs matter.
func sdpOf(media ...string) string {
	lines := append([]string{"v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0"}, media...)
	return strings.Join(append(lines, ""), "\r\n")
}

func TestReadOffer(t *testing.T) {
	video := []string{
		"m=video 9 UDP/TLS/RTP/SAVPF 96 97 102 103 104 45", "a=sendonly", "a=mid:0",
		"a=rtpmap:96 VP8/90000", "a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96",
		"a=rtpmap:102 H264/90000", "a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=640c1f",
		"a=rtpmap:103 rtx/90000", "a=fmtp:103 apt=102",
		"a=rtpmap:104 H264/90000", "a=fmtp:104 packetization-mode=0;profile-level-id=42e01f",
		"a=rtpmap:45 AV1/90000",
	}
	audio := []string{"m=audio 9 UDP/TLS/RTP/SAVPF 111 9 0", "a=sendonly", "a=mid:1", "a=rtpmap:111 opus/48000/2", "a=rtpmap:9 G722/8000"}
	data := []string{"m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "a=mid:2"}
	tests := []struct {
		name   string
		sdp    string
		wanted []string
		video  []webrtc.PayloadType
		audio  []webrtc.PayloadType
		err    string // what the error names
	}{
		{"both", sdpOf(append(video, audio...)...), []string{webrtc.MimeTypeH264, webrtc.MimeTypeVP8, webrtc.MimeTypeOpus}, []webrtc.PayloadType{102, 104, 96}, []webrtc.PayloadType{111}, ""},
		{"in small letters, with data", sdpOf(slices.Concat(data, video, audio)...), []string{"video/av1", "AUDIO/OPUS"}, []webrtc.PayloadType{45}, []webrtc.PayloadType{111}, ""},
		{"a picture alone", sdpOf(video...), []string{webrtc.MimeTypeVP8, webrtc.MimeTypeOpus}, []webrtc.PayloadType{96}, nil, ""},
		{"two pictures", sdpOf(append(video, video...)...), []string{webrtc.MimeTypeVP8}, []webrtc.PayloadType{96}, nil, ""},
		{"sound alone", sdpOf(audio...), []string{webrtc.MimeTypeVP8, webrtc.MimeTypeOpus}, nil, []webrtc.PayloadType{111}, ""},
		{"another picture", sdpOf(append(video, audio...)...), []string{webrtc.MimeTypeH265, webrtc.MimeTypeOpus}, nil, nil, "VP8, H264, AV1"},
		{"nothing", sdpOf(data...), []string{webrtc.MimeTypeOpus}, nil, nil, "nothing"},
	}
	payloads := func(list []webrtc.RTPCodecParameters) (found []webrtc.PayloadType) {
		for _, c := range list {
			found = append(found, c.PayloadType)
		}
		return found
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o, err := readOffer(tt.sdp, tt.wanted)
			if tt.err != "" {
				if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("%v, want that it has %s", err, tt.err)
				}
				return
			}
			if err != nil || !slices.Equal(payloads(o.video), tt.video) || !slices.Equal(payloads(o.audio), tt.audio) {
				t.Errorf("%v, %v, %v; want %v and %v", payloads(o.video), payloads(o.audio), err, tt.video, tt.audio)
			}
		})
	}
}

func FuzzReadOffer(f *testing.F) {
	f.Add(sdpOf("m=video 9 UDP/TLS/RTP/SAVPF 96", "a=rtpmap:96 VP8/90000"))
	f.Add(sdpOf("m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=rtpmap:111 opus/48000/2", "a=fmtp:111 useinbandfec=1"))
	f.Fuzz(func(t *testing.T, sdp string) {
		wanted := []string{webrtc.MimeTypeH264, webrtc.MimeTypeVP8, webrtc.MimeTypeOpus}
		o, err := readOffer(sdp, wanted)
		if err == nil && len(o.video)+len(o.audio) == 0 {
			t.Fatal("an offer of nothing is taken")
		}
		for _, c := range append(o.video, o.audio...) {
			if !slices.Contains(wanted, canonical(c.MimeType)) {
				t.Fatalf("%s is taken", c.MimeType)
			}
		}
	})
}
