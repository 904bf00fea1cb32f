package peer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pion/webrtc/v4"
)

// offer is what a camera offers, as far as a viewer wants it.
type offer struct {
	// The codecs with the offer's own parameters, the viewer's best first: it
	// decodes nothing, so it takes every profile.
	video, audio []webrtc.RTPCodecParameters
}

// feedback is what a viewer sends a camera about its packets (RFC 4585, RFC 5104).
func feedback() []webrtc.RTCPFeedback {
	return []webrtc.RTCPFeedback{
		{Type: "nack"}, {Type: "nack", Parameter: "pli"}, {Type: "ccm", Parameter: "fir"}, {Type: "transport-cc"},
	}
}

// readOffer returns what an offer has of the wanted MIME types. The error wraps
// ErrUnsupported if it has a picture, but none of those.
//
// Repeats in a stream of their own (RTX, RFC 4588) are left out, so that they
// come in the stream itself: pion hands those of RTX on only behind the next
// packet, and goes on asking for what they have brought.
func readOffer(sdp string, wanted []string) (offer, error) {
	d := webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: sdp}
	parsed, err := d.Unmarshal()
	if err != nil {
		return offer{}, fmt.Errorf("the camera's offer: %w", err)
	}
	var o offer
	var pictures []string
	for _, m := range parsed.MediaDescriptions {
		kind := strings.ToLower(m.MediaName.Media)
		for _, payload := range m.MediaName.Formats {
			number, err := strconv.ParseUint(payload, 10, 7)
			if err != nil {
				continue // of data channels
			}
			c, err := parsed.GetCodecForPayloadType(uint8(number))
			if err != nil {
				continue
			}
			channels, _ := strconv.ParseUint(c.EncodingParameters, 10, 8) // none for pictures
			codec := webrtc.RTPCodecParameters{PayloadType: webrtc.PayloadType(number), RTPCodecCapability: webrtc.RTPCodecCapability{
				MimeType: kind + "/" + c.Name, ClockRate: c.ClockRate, Channels: uint16(channels), SDPFmtpLine: c.Fmtp, RTCPFeedback: feedback(),
			}}
			if kind == "video" && depacketizer(codec.MimeType) != nil && !slices.Contains(pictures, c.Name) {
				pictures = append(pictures, c.Name)
			}
			o.add(kind, codec, wanted)
		}
	}
	byWish := func(a, b webrtc.RTPCodecParameters) int { return rank(wanted, a.MimeType) - rank(wanted, b.MimeType) }
	slices.SortStableFunc(o.video, byWish)
	slices.SortStableFunc(o.audio, byWish)
	if len(o.video) == 0 && (len(pictures) > 0 || len(o.audio) == 0) {
		return offer{}, unsupported(pictures)
	}
	return o, nil
}

// add adds a codec that is wanted and known. Its name stays as the camera spells
// it: Chromium sends nothing in a codec that the answer spells differently.
func (o *offer) add(kind string, c webrtc.RTPCodecParameters, wanted []string) {
	if rank(wanted, c.MimeType) == len(wanted) || depacketizer(c.MimeType) == nil {
		return
	}
	list := &o.audio
	if kind == "video" {
		list = &o.video
	}
	// Several streams of a kind may share their codecs.
	if !slices.ContainsFunc(*list, func(o webrtc.RTPCodecParameters) bool { return o.PayloadType == c.PayloadType }) {
		*list = append(*list, c)
	}
}

// rank is the place of a MIME type among the wanted ones; their number if it is not there.
func rank(wanted []string, mime string) int {
	i := slices.IndexFunc(wanted, func(w string) bool { return strings.EqualFold(w, mime) })
	if i < 0 {
		return len(wanted)
	}
	return i
}

func unsupported(has []string) error {
	if len(has) == 0 {
		return fmt.Errorf("%w: it sends nothing that can be received", ErrUnsupported)
	}
	return fmt.Errorf("%w: it has %s; ask for one of those", ErrUnsupported, strings.Join(has, ", "))
}
