package source

import (
	"context"
	"image"
	"io"
	"time"

	"inbox/peer"
)

// picture is a raw picture, 4:2:0. It is not changed any more once it was handed out.
type picture struct {
	image *image.YCbCr
	time  time.Duration // since the source was opened
}

// pictures is an open device that gives raw pictures. One goroutine reads it; Close may come from another.
type pictures interface {
	next(ctx context.Context) (picture, error) // errors as of peer.Encoder's Next; a corrupt picture is dropped and counted, never an error
	size() (width, height int, fps float64)
	io.Closer
}

// raw is a peer.Source made of a device that gives raw pictures. It encodes
// once per Encode call and hands each encoder the newest picture.
type raw struct {
	open   func(ctx context.Context) (pictures, error)
	codecs []videoCodec
}

// newRaw returns a Source of the pictures of the device that open opens, in
// every codec of this build.
func newRaw(open func(ctx context.Context) (pictures, error)) peer.Source {
	return &raw{open, videoCodecs()}
}

// Formats implements [peer.Source].
func (r *raw) Formats() []string { return formats(r.codecs) }

// Open implements [peer.Source].
func (r *raw) Open(ctx context.Context) (peer.Media, error) {
	if len(r.codecs) == 0 {
		return nil, errNoEncoder
	}
	d, err := r.open(ctx)
	if err != nil {
		return nil, err
	}
	return &rawMedia{newFanout(ctx, d), d.size, r.codecs}, nil
}

// rawMedia is an open device and the encoders that its pictures go to.
type rawMedia struct {
	*fanout[picture]
	size   func() (width, height int, fps float64)
	codecs []videoCodec
}

// Size implements [peer.Media].
func (m *rawMedia) Size() (width, height int, fps float64) { return m.size() }

// Encode implements [peer.Media].
func (m *rawMedia) Encode(format string, r peer.Rung) (peer.Encoder, error) {
	codec, err := findCodec(m.codecs, format)
	if err != nil {
		return nil, err
	}
	_, _, fps := m.size()
	return &rawEncoder{
		pictures: m.outlet(1),
		codec:    codec,
		rung:     r,
		pace:     newPace(fps, r.FPS),
	}, nil
}
