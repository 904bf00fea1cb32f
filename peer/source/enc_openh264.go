//go:build cgo

package source

import (
	"image"
	"time"

	mdcodec "github.com/pion/mediadevices/pkg/codec"
	"github.com/pion/mediadevices/pkg/codec/openh264"
	"github.com/pion/mediadevices/pkg/io/video"
	"github.com/pion/mediadevices/pkg/prop"
	"github.com/pion/webrtc/v4"
)

func h264Codecs() []videoCodec {
	return []videoCodec{{webrtc.MimeTypeH264, "H.264 (openh264)", openH264}}
}

// h264Encoder is openh264 as package mediadevices brings it: constrained
// baseline profile, parameter sets with each key frame.
type h264Encoder struct {
	engine  mdcodec.ReadCloser // pulls its pictures from source
	current *image.YCbCr
}

func openH264(o encoderOptions) (videoEncoder, error) {
	params, err := openh264.NewParams()
	if err != nil {
		return nil, err
	}
	params.BitRate = o.bitrate
	params.EnableFrameSkip = true
	// Key frames are made on demand; these are for streams that nobody asks of.
	params.IntraPeriod = 3000
	// A thread takes a slice, and slices cost bits: a second one only for large
	// pictures, which one thread would not finish in time.
	params.SliceMode, params.SliceNum, params.MultipleThreadIdc = openh264.SMSingleSlice, 1, 1
	if o.height >= 1080 || o.width >= 1920 {
		params.SliceMode, params.SliceNum, params.MultipleThreadIdc = openh264.SMFixedslcnumSlice, 2, 2
	}

	e := &h264Encoder{}
	// The frame rate must be given: without it openh264 misses the bitrate tenfold.
	e.engine, err = params.BuildVideoEncoder(video.ReaderFunc(e.source), prop.Media{
		Video: prop.Video{Width: o.width, Height: o.height, FrameRate: float32(o.fps)},
	})
	if err != nil {
		return nil, err
	}
	return e, nil
}

// source is what the engine reads, within encode.
func (e *h264Encoder) source() (image.Image, func(), error) {
	return e.current, func() {}, nil
}

func (e *h264Encoder) encode(img *image.YCbCr, _ time.Duration, key bool) ([]byte, bool, error) {
	if key {
		if err := e.engine.Controller().(mdcodec.KeyFrameController).ForceKeyFrame(); err != nil {
			return nil, false, err
		}
	}
	e.current = img
	data, release, err := e.engine.Read() // data is a copy
	e.current = nil
	if err != nil {
		return nil, false, err
	}
	release()
	return data, isH264Key(data), nil
}

func (e *h264Encoder) setBitrate(bitsPerSecond int) error {
	return e.engine.Controller().(mdcodec.BitRateController).SetBitRate(bitsPerSecond)
}

func (e *h264Encoder) Close() error { return e.engine.Close() }

// isH264Key reports whether an access unit with start codes has a slice of an
// IDR picture (NAL unit type 5, ITU-T H.264 table 7-1).
func isH264Key(b []byte) bool {
	for i := 0; i+3 < len(b); i++ {
		if b[i] != 0 || b[i+1] != 0 || b[i+2] != 1 {
			continue
		}
		switch b[i+3] & 0x1f {
		case 1:
			return false // the slices of a picture are all of one kind
		case 5:
			return true
		}
	}
	return false
}
