package peer

import (
	"context"
	"errors"
	"io"
	"time"
)

// ErrGone says that a device is not there (any more): it was unplugged, or
// another program has it. Opening it again may work later.
var ErrGone = errors.New("the device is gone")

// Source is where a camera's picture and sound come from: a device, a test
// pattern, a file, standard input. Package inbox/peer/source has them. A Camera
// opens it when the first viewer comes and closes it after the last has gone.
type Source interface {
	// Formats tells what Encode can give, by MIME type as in
	// [webrtc.MimeTypeH264]; the preferred one first, pictures before sound.
	// It is known before the source is open, and does not change.
	Formats() []string
	// Open opens the device, and nothing but it. The caller closes the Media.
	// Errors that pass by themselves wrap ErrGone.
	Open(ctx context.Context) (Media, error)
}

// Media is an open source. Its methods are safe for concurrent use.
type Media interface {
	// Encode starts an encoder of one of the source's Formats. Its first frame is
	// a key frame. Several may run at once; an encoder that is slow misses
	// pictures and delays nobody. What is already encoded has one encoding and
	// ignores the Rung.
	Encode(format string, r Rung) (Encoder, error)
	// Size is that of the picture as the device gives it, 0 where that is not known.
	Size() (width, height int, fps float64)
	// Close closes the device and ends every Next with io.EOF. It waits until
	// the device is free.
	io.Closer
}

// Rung is what an encoder is asked for. The zero value of each is the device's own.
type Rung struct {
	Width, Height int     // pixels
	FPS           float64 // pictures a second, at most
	Bitrate       int     // bits a second
}

// Encoder gives the frames of one format. All its methods are called by one
// goroutine, the one that reads it.
type Encoder interface {
	// Next waits for the next frame. The error is io.EOF when the source has
	// ended or was closed, that of ctx, one that wraps ErrGone when the device
	// went away, or another that ends the encoder.
	Next(ctx context.Context) (Frame, error)
	// Close ends the encoder; the Media stays open.
	io.Closer
}

// BitrateSetter is an Encoder whose bitrate can be changed while it runs.
type BitrateSetter interface {
	SetBitrate(bitsPerSecond int) error
}

// KeyFrameForcer is an Encoder that makes its next frame a key frame when asked.
type KeyFrameForcer interface {
	ForceKeyFrame() error
}

// Frame is one encoded picture, or one packet of sound.
type Frame struct {
	// Data is an access unit of H.264 with start codes (Annex B; parameter sets
	// before a key frame), a frame of VP8 or VP9, a temporal unit of AV1 or a
	// packet of Opus. It is not changed any more: many viewers read it at once.
	Data []byte
	// Time is when the picture was taken or the sound began. Pictures and sound
	// of one Media have the same origin.
	Time time.Duration
	// Key says that decoding can begin here. Sound always can.
	Key bool
}
