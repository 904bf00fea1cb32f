package source

import (
	"errors"
	"fmt"
	"image"
	"io"
	"slices"
	"strings"
	"time"

	"inbox/peer"
)

// errNoEncoder is what a device that has to be encoded says in a program that
// was built without cgo.
var errNoEncoder = errors.New("this build cannot encode: use one built with CGO_ENABLED=1, or give it a stream that is already encoded (-source)")

const (
	usualFPS = 30
	minSide  = 16 // pixels; openh264 takes no less
)

// codec is a way to encode that this build has: open makes an encoder of type E
// by options of type O.
type codec[O, E any] struct {
	format string // a MIME type
	name   string // for people
	open   func(O) (E, error)
}

type (
	videoCodec = codec[encoderOptions, videoEncoder]
	soundCodec = codec[soundOptions, soundEncoder]
)

type encoderOptions struct {
	width, height int // even
	fps           float64
	bitrate       int // bits a second
}

// videoEncoder encodes pictures of one size. One goroutine uses it.
type videoEncoder interface {
	// encode returns a frame that is the caller's, nothing if the picture was
	// left out to keep to the bitrate. With key, the frame is a key frame;
	// isKey tells what it became.
	encode(img *image.YCbCr, t time.Duration, key bool) (data []byte, isKey bool, err error)
	setBitrate(bitsPerSecond int) error
	io.Closer
}

type soundOptions struct {
	channels int
	bitrate  int // bits a second
}

// soundEncoder encodes sound. One goroutine uses it.
type soundEncoder interface {
	// encode returns a packet that is the caller's, of soundPacket's length.
	encode(samples []int16) ([]byte, error)
	setBitrate(bitsPerSecond int) error
	io.Closer
}

// videoCodecs returns the codecs of this build, the preferred one first.
// H.264 comes before VP8: more devices decode it in hardware.
func videoCodecs() []videoCodec {
	return slices.Concat(h264Codecs(), vp8Codecs())
}

// Encodings lists, for people, what this build can encode and how it decodes
// the pictures of cameras. It is empty without cgo.
func Encodings() []string {
	var names []string
	for _, c := range videoCodecs() {
		names = append(names, c.name)
	}
	for _, c := range soundCodecs() {
		names = append(names, c.name)
	}
	return append(names, jpegDecoders()...)
}

func formats[O, E any](codecs []codec[O, E]) []string {
	formats := make([]string, 0, len(codecs))
	for _, c := range codecs {
		formats = append(formats, c.format)
	}
	return formats
}

func findCodec[O, E any](codecs []codec[O, E], format string) (codec[O, E], error) {
	for _, c := range codecs {
		if strings.EqualFold(c.format, format) {
			return c, nil
		}
	}
	return codec[O, E]{}, fmt.Errorf("this build cannot encode: %s is not among %s", format, strings.Join(formats(codecs), ", "))
}

// fit returns the largest even size for a picture of width and height that
// keeps its aspect and is neither larger than it is nor than the Rung.
func fit(width, height int, r peer.Rung) (w, h int) {
	scale := 1.0
	if r.Width > 0 && r.Width < width {
		scale = float64(r.Width) / float64(width)
	}
	if r.Height > 0 && r.Height < height {
		scale = min(scale, float64(r.Height)/float64(height))
	}
	even := func(n int) int { return int(float64(n)*scale+0.5) &^ 1 }
	return even(width), even(height)
}

// usualBitrate is that of a decent picture: 2 Mbit/s for 1280x720 at 30.
func usualBitrate(o encoderOptions) int {
	const bitsPerPixel = 0.0723
	return int(float64(o.width*o.height) * o.fps * bitsPerPixel)
}
