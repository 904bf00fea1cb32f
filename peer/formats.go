package peer

import (
	"slices"
	"strings"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"
)

// payloadSize is how many bytes of a frame go into one packet: with all headers
// it stays below what every path carries (1,280 bytes, RFC 8200).
const payloadSize = 1180

// playoutDelayURI asks a browser to show a picture as soon as it is whole.
const playoutDelayURI = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"

// format is how a kind of frames goes over RTP.
type format struct {
	webrtc.RTPCodecParameters
	kind      webrtc.RTPCodecType
	payloader func() rtp.Payloader
}

// formats are those that sources may have.
func formats() []format {
	feedback := []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"}, {Type: "ccm", Parameter: "fir"}, {Type: "transport-cc"}}
	video := func(mime, fmtp string, pt webrtc.PayloadType, p func() rtp.Payloader) format {
		c := webrtc.RTPCodecCapability{MimeType: mime, ClockRate: 90_000, SDPFmtpLine: fmtp, RTCPFeedback: feedback}
		return format{webrtc.RTPCodecParameters{RTPCodecCapability: c, PayloadType: pt}, webrtc.RTPCodecTypeVideo, p}
	}
	opus := webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeOpus, ClockRate: 48_000, Channels: 2,
		SDPFmtpLine:  "minptime=10;useinbandfec=1",
		RTCPFeedback: []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "transport-cc"}}, // browsers ask for no sound again, native viewers do
	}
	return []format{
		// The profile that every browser with H.264 takes; they decode what the stream says.
		video(webrtc.MimeTypeH264, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f", 102,
			func() rtp.Payloader { return &codecs.H264Payloader{} }),
		video(webrtc.MimeTypeVP8, "", 96, func() rtp.Payloader { return &codecs.VP8Payloader{EnablePictureID: true} }),
		video(webrtc.MimeTypeVP9, "profile-id=0", 98, func() rtp.Payloader { return &codecs.VP9Payloader{} }),
		video(webrtc.MimeTypeAV1, "profile=0", 45, func() rtp.Payloader { return &codecs.AV1Payloader{} }),
		{
			webrtc.RTPCodecParameters{RTPCodecCapability: opus, PayloadType: 111},
			webrtc.RTPCodecTypeAudio, func() rtp.Payloader { return &codecs.OpusPayloader{} },
		},
	}
}

// formatOf returns the format of a MIME type.
func formatOf(mime string) (format, bool) {
	for _, f := range formats() {
		if strings.EqualFold(f.MimeType, mime) {
			return f, true
		}
	}
	return format{}, false
}

// ofKind returns the source's formats of one kind.
func ofKind(mimes []string, kind webrtc.RTPCodecType) (found []format) {
	for _, mime := range mimes {
		if f, ok := formatOf(mime); ok && f.kind == kind {
			found = append(found, f)
		}
	}
	return found
}

// names lists formats for people: "H264, VP8".
func names(fs []format) string {
	var list []string
	for _, f := range fs {
		_, name, _ := strings.Cut(f.MimeType, "/")
		list = append(list, name)
	}
	return strings.Join(list, ", ")
}

// fits reports whether an answer takes a picture in one of the formats.
func fits(answer webrtc.SessionDescription, fs []format) bool {
	parsed, err := answer.Unmarshal()
	if err != nil {
		return false
	}
	for _, m := range parsed.MediaDescriptions {
		if m.MediaName.Media != "video" || m.MediaName.Port.Value == 0 {
			continue
		}
		for _, a := range m.Attributes {
			_, codec, _ := strings.Cut(a.Value, " ")
			name, _, _ := strings.Cut(codec, "/")
			if a.Key == "rtpmap" && slices.ContainsFunc(fs, func(f format) bool { return strings.EqualFold("video/"+name, f.MimeType) }) {
				return true
			}
		}
	}
	return false
}
