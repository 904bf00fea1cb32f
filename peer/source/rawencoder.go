package source

import (
	"context"
	"fmt"
	"image"
	"time"

	"inbox/peer"
)

// rawEncoder encodes the newest picture of a device whenever it is asked for a
// Frame. Pictures that come while it is busy are missed.
type rawEncoder struct {
	pictures *outlet[picture]
	codec    videoCodec
	rung     peer.Rung
	pace     pace
	open     videoEncoder // nil until the first picture shows its size
	in       image.Point  // the size of pictures that open was made for
	scaler   scaler
	key      bool  // a key frame was asked for and has not come yet
	err      error // of the codec, which is not asked again
}

// Next implements [peer.Encoder].
func (e *rawEncoder) Next(ctx context.Context) (peer.Frame, error) {
	for e.err == nil {
		p, err := e.pictures.next(ctx)
		if err != nil {
			return peer.Frame{}, err
		}
		if !e.pace.take(p.time) {
			continue
		}
		data, key, err := e.encode(p)
		if err != nil {
			e.err = err
		} else if len(data) > 0 { // else it was left out, to keep to the bitrate
			return peer.Frame{Data: data, Time: p.time, Key: key}, nil
		}
	}
	return peer.Frame{}, e.err
}

// encode scales and encodes one picture. The codec is opened anew when the
// device changes the size of its pictures, as a window that is captured does.
func (e *rawEncoder) encode(p picture) (data []byte, key bool, err error) {
	if in := p.image.Rect.Size(); e.open == nil || in != e.in {
		if err := e.reopen(in); err != nil {
			return nil, false, err
		}
	}
	data, key, err = e.open.encode(e.scaler.scale(p.image), p.time, e.key)
	if err != nil {
		return nil, false, fmt.Errorf("encode a picture: %w", err)
	}
	if key {
		e.key = false
	}
	return data, key, nil
}

func (e *rawEncoder) reopen(in image.Point) error {
	if err := e.closeCodec(); err != nil {
		return err
	}
	width, height := fit(in.X, in.Y, e.rung)
	if width < minSide || height < minSide {
		return fmt.Errorf("a picture of %dx%d is too small to encode: choose a size of at least %dx%[3]d", width, height, minSide)
	}
	o := encoderOptions{width, height, e.pace.fps, e.rung.Bitrate}
	if o.bitrate <= 0 {
		o.bitrate = usualBitrate(o)
	}
	open, err := e.codec.open(o)
	if err != nil {
		return fmt.Errorf("start the encoder %s: %w", e.codec.name, err)
	}
	e.open, e.in, e.scaler = open, in, newScaler(width, height)
	return nil
}

// ForceKeyFrame implements [peer.KeyFrameForcer].
func (e *rawEncoder) ForceKeyFrame() error {
	e.key = true
	return nil
}

// SetBitrate implements [peer.BitrateSetter].
func (e *rawEncoder) SetBitrate(bitsPerSecond int) error {
	if bitsPerSecond <= 0 {
		return fmt.Errorf("a bitrate of %d bits a second is not possible", bitsPerSecond)
	}
	e.rung.Bitrate = bitsPerSecond
	if e.open == nil {
		return nil
	}
	return e.open.setBitrate(bitsPerSecond)
}

// Close implements [peer.Encoder].
func (e *rawEncoder) Close() error {
	e.pictures.close()
	return e.closeCodec()
}

func (e *rawEncoder) closeCodec() error {
	if e.open == nil {
		return nil
	}
	open := e.open
	e.open = nil
	return open.Close()
}

// pace lets as many pictures through as were asked for.
type pace struct {
	fps      float64       // of what is let through
	interval time.Duration // 0: everything is let through
	due      time.Duration
}

// newPace returns a pace for a device of so many pictures a second, of which
// at most asked are wanted. 0 is unknown, or as many as there are.
func newPace(device, asked float64) pace {
	switch {
	case asked > 0 && (device <= 0 || asked < device):
		return pace{fps: asked, interval: time.Duration(float64(time.Second) / asked)}
	case device > 0:
		return pace{fps: device}
	}
	return pace{fps: usualFPS}
}

// take reports whether the picture of time t is to be encoded. One that is a
// little early, as a device's pictures are, is.
func (p *pace) take(t time.Duration) bool {
	if p.interval == 0 {
		return true
	}
	if t < p.due-p.interval/4 {
		return false
	}
	p.due = max(p.due+p.interval, t+p.interval/2)
	return true
}
