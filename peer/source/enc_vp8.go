//go:build cgo && full

package source

import (
	"image"
	"time"

	"github.com/pion/webrtc/v4"

	"inbox/peer/source/vpx"
)

func vp8Codecs() []videoCodec {
	return []videoCodec{{webrtc.MimeTypeVP8, "VP8 (libvpx)", openVP8}}
}

// vp8Encoder is a vpx.Encoder by the names that videoEncoder has for its methods.
type vp8Encoder struct{ *vpx.Encoder }

func openVP8(o encoderOptions) (videoEncoder, error) {
	e, err := vpx.New(vpx.Options{Width: o.width, Height: o.height, FPS: o.fps, Bitrate: o.bitrate})
	if err != nil {
		return nil, err
	}
	return vp8Encoder{e}, nil
}

func (e vp8Encoder) encode(img *image.YCbCr, t time.Duration, key bool) ([]byte, bool, error) {
	return e.Encode(img, t, key)
}

func (e vp8Encoder) setBitrate(bitsPerSecond int) error { return e.SetBitrate(bitsPerSecond) }
