package source

import (
	"fmt"

	"github.com/pion/rtp/codecs/av1/obu"
	"github.com/pion/rtp/codecs/vp9"
	"github.com/pion/webrtc/v4"
)

// isKeyFrame reports whether decoding can begin at a frame of VP8, VP9 or AV1.
// The error wraps ErrProfile. What is no frame at all is no key frame.
func isKeyFrame(format string, data []byte) (bool, error) {
	switch format {
	case webrtc.MimeTypeVP8:
		return isKeyVP8(data), nil
	case webrtc.MimeTypeVP9:
		return isKeyVP9(data)
	case webrtc.MimeTypeAV1:
		return isKeyAV1(data), nil
	}
	return false, fmt.Errorf("%w: %s", ErrFormat, format)
}

// isKeyVP8 looks at the frame tag and the start code (RFC 6386, 9.1).
func isKeyVP8(data []byte) bool {
	return len(data) >= 10 && data[0]&1 == 0 && data[3] == 0x9d && data[4] == 0x01 && data[5] == 0x2a
}

func isKeyVP9(data []byte) (bool, error) {
	var h vp9.Header
	if h.Unmarshal(data) != nil || h.ShowExistingFrame || h.NonKeyFrame {
		return false, nil
	}
	if h.Profile != 0 {
		return false, fmt.Errorf("%w, VP9 profile %d: encode pictures of 8 bits in 4:2:0 (ffmpeg: -pix_fmt yuv420p)", ErrProfile, h.Profile)
	}
	return true, nil
}

// isKeyAV1 reports whether a temporal unit has a sequence header: encoders write
// it before key frames, and only there (AV1 specification, 7.5).
func isKeyAV1(data []byte) bool {
	for len(data) > 0 {
		h, err := obu.ParseOBUHeader(data)
		if err != nil {
			return false
		}
		if h.Type == obu.OBUSequenceHeader {
			return true
		}
		if !h.HasSizeField {
			return false
		}
		data = data[h.Size():]
		size, n, err := obu.ReadLeb128(data)
		if err != nil || size > uint(len(data))-n {
			return false
		}
		data = data[n+size:]
	}
	return false
}
