package peer

import (
	"bytes"
	"strings"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/rtp/codecs/av1/obu"
	"github.com/pion/rtp/codecs/vp9"
	"github.com/pion/webrtc/v4"
)

// depacketizers make frames of packets, by MIME type.
func depacketizers() map[string]func() rtp.Depacketizer {
	return map[string]func() rtp.Depacketizer{
		webrtc.MimeTypeH264: func() rtp.Depacketizer { return &codecs.H264Packet{} },
		webrtc.MimeTypeH265: func() rtp.Depacketizer { return &codecs.H265Depacketizer{} },
		webrtc.MimeTypeVP8:  func() rtp.Depacketizer { return &codecs.VP8Packet{} },
		webrtc.MimeTypeVP9:  func() rtp.Depacketizer { return &codecs.VP9Packet{} },
		webrtc.MimeTypeAV1:  func() rtp.Depacketizer { return &codecs.AV1Depacketizer{} },
		webrtc.MimeTypeOpus: func() rtp.Depacketizer { return &codecs.OpusPacket{} },
	}
}

// depacketizer returns the one of a MIME type, however that is spelled; nil where
// this end does not know the format.
func depacketizer(mime string) func() rtp.Depacketizer { return depacketizers()[canonical(mime)] }

// canonical is a MIME type as package webrtc spells it.
func canonical(mime string) string {
	for known := range depacketizers() {
		if strings.EqualFold(mime, known) {
			return known
		}
	}
	return mime
}

// isKey reports whether decoding can begin at a frame, without anything before it.
// The MIME type is as package webrtc spells it.
func isKey(mime string, frame []byte) bool {
	switch mime {
	case webrtc.MimeTypeH264:
		return isKeyH264(frame)
	case webrtc.MimeTypeH265:
		return isKeyH265(frame)
	case webrtc.MimeTypeVP8:
		// The frame tag and the start code (RFC 6386, section 9.1).
		return len(frame) >= 10 && frame[0]&1 == 0 && bytes.Equal(frame[3:6], []byte{0x9d, 0x01, 0x2a})
	case webrtc.MimeTypeVP9:
		var h vp9.Header
		return h.Unmarshal(frame) == nil && !h.ShowExistingFrame && !h.NonKeyFrame
	case webrtc.MimeTypeAV1:
		return isKeyAV1(frame)
	}
	return strings.HasPrefix(mime, "audio/")
}

// isKeyH264 wants an IDR picture and both parameter sets (H.264, table 7-1).
func isKeyH264(frame []byte) bool {
	var has [32]bool
	for unit := range units(frame) {
		has[unit[0]&0x1f] = true
	}
	return has[5] && has[7] && has[8]
}

// isKeyH265 wants an IRAP picture (types 16 to 23) and the three parameter sets (H.265, table 7-1).
func isKeyH265(frame []byte) bool {
	var has [64]bool
	picture := false
	for unit := range units(frame) {
		kind := unit[0] >> 1 & 0x3f
		has[kind] = true
		picture = picture || kind >= 16 && kind <= 23
	}
	return picture && has[32] && has[33] && has[34]
}

// units are the NAL units behind the start codes of four bytes, as
// depacketizing writes them; none is empty.
func units(frame []byte) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for unit := range bytes.SplitSeq(frame, []byte{0, 0, 0, 1}) {
			if len(unit) > 0 && !yield(unit) {
				return
			}
		}
	}
}

// isKeyAV1 reports whether a temporal unit has a sequence header: encoders write
// it before key frames, and only there (AV1 specification, section 7.5).
func isKeyAV1(frame []byte) bool {
	for len(frame) > 0 {
		h, err := obu.ParseOBUHeader(frame)
		if err != nil {
			return false
		}
		if h.Type == obu.OBUSequenceHeader {
			return true
		}
		if !h.HasSizeField || h.Size() > len(frame) {
			return false
		}
		frame = frame[h.Size():]
		size, n, err := obu.ReadLeb128(frame)
		if err != nil || n > uint(len(frame)) || size > uint(len(frame))-n {
			return false
		}
		frame = frame[n+size:]
	}
	return false
}
