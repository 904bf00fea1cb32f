package source

import (
	"context"
	"fmt"
	"io"
	"time"

	"inbox/peer"
)

// Sound is 48,000 samples a second of 16 bits, interleaved, in packets of 20 ms.
const (
	soundRate    = 48_000
	soundPacket  = 20 * time.Millisecond
	packetFrames = soundRate / 50 // samples of each channel in a packet
)

// packet is a packet's worth of raw sound. It is not changed any more once it
// was handed out.
type packet struct {
	samples []int16
	time    time.Duration // of the first sample, since the source was opened
}

// sounds is an open device that gives raw sound. One goroutine reads it; Close
// may come from another.
type sounds interface {
	next(ctx context.Context) (packet, error) // errors as of peer.Encoder's Next
	channels() int
	io.Closer
}

// soundQueue is how many packets an encoder may be late before it misses some.
const soundQueue = 10

// rawSound is a peer.Source made of a device that gives raw sound.
type rawSound struct {
	open   func(ctx context.Context) (sounds, error)
	codecs []soundCodec
}

// newRawSound returns a Source of the sound of the device that open opens.
func newRawSound(open func(ctx context.Context) (sounds, error)) peer.Source {
	return &rawSound{open, soundCodecs()}
}

// Formats implements [peer.Source].
func (s *rawSound) Formats() []string { return formats(s.codecs) }

// Open implements [peer.Source].
func (s *rawSound) Open(ctx context.Context) (peer.Media, error) {
	if len(s.codecs) == 0 {
		return nil, errNoEncoder
	}
	d, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	return &soundMedia{newFanout(ctx, d), d.channels(), s.codecs}, nil
}

// soundMedia is an open device and the encoders that its sound goes to.
type soundMedia struct {
	*fanout[packet]
	channels int
	codecs   []soundCodec
}

// Size implements [peer.Media]: sound has none.
func (m *soundMedia) Size() (width, height int, fps float64) { return 0, 0, 0 }

// Encode implements [peer.Media].
func (m *soundMedia) Encode(format string, r peer.Rung) (peer.Encoder, error) {
	codec, err := findCodec(m.codecs, format)
	if err != nil {
		return nil, err
	}
	o := soundOptions{m.channels, r.Bitrate}
	if o.bitrate <= 0 {
		const usual = 32_000 // for a channel, which Opus makes good sound of
		o.bitrate = usual * m.channels
	}
	open, err := codec.open(o)
	if err != nil {
		return nil, fmt.Errorf("start the encoder %s: %w", codec.name, err)
	}
	return &rawSoundEncoder{m.outlet(soundQueue), open}, nil
}

// rawSoundEncoder encodes what a device gives.
type rawSoundEncoder struct {
	packets *outlet[packet]
	open    soundEncoder
}

// Next implements [peer.Encoder].
func (e *rawSoundEncoder) Next(ctx context.Context) (peer.Frame, error) {
	p, err := e.packets.next(ctx)
	if err != nil {
		return peer.Frame{}, err
	}
	data, err := e.open.encode(p.samples)
	if err != nil {
		return peer.Frame{}, fmt.Errorf("encode sound: %w", err)
	}
	return peer.Frame{Data: data, Time: p.time, Key: true}, nil
}

// SetBitrate implements [peer.BitrateSetter].
func (e *rawSoundEncoder) SetBitrate(bitsPerSecond int) error {
	return e.open.setBitrate(bitsPerSecond)
}

// Close implements [peer.Encoder].
func (e *rawSoundEncoder) Close() error {
	e.packets.close()
	return e.open.Close()
}

// soundClock gives packets their times, in steps of exactly one packet, as
// receivers expect it. The clock of a sound card differs from that of the
// computer; where they have grown apart by more than a packet, one is left out
// or a gap is left, which a receiver conceals.
type soundClock struct {
	started bool
	due     time.Duration // of the next packet
	apart   time.Duration // how much later packets begin, smoothed
}

const (
	clockTolerance = 30 * time.Millisecond
	clockSmoothing = 64 // packets
)

// next returns the time of a packet that was measured to begin at begin. It is
// false if the packet is to be left out.
func (c *soundClock) next(begin time.Duration) (time.Duration, bool) {
	if !c.started {
		c.started, c.due = true, begin
	}
	late := begin - c.due
	if late > time.Second || late < -time.Second { // the computer slept
		c.due += late.Truncate(soundPacket)
		late, c.apart = 0, 0
	}
	c.apart += (late - c.apart) / clockSmoothing
	switch {
	case c.apart > clockTolerance:
		c.due += soundPacket
		c.apart -= soundPacket
	case c.apart < -clockTolerance:
		c.apart += soundPacket
		return 0, false
	}
	t := c.due
	c.due += soundPacket
	return t, true
}
