package source

import (
	"errors"
	"sync"
	"time"
)

// Why a stream that is already encoded is refused: browsers would show nothing,
// or pictures in the wrong order. The error's text says how to encode instead.
var (
	// ErrBFrames says that the stream has B-frames, which are decoded in another
	// order than they are shown in. WebRTC has no way to say that.
	ErrBFrames = errors.New("the stream has B-frames")
	// ErrProfile says that browsers do not decode the stream's profile.
	ErrProfile = errors.New("browsers do not play the stream's profile")
	// ErrFormat says that the stream is none that can be passed through.
	ErrFormat = errors.New("the stream's format is not known")
	// ErrNoKeyFrame says that a viewer waited in vain for a frame with which
	// decoding can begin.
	ErrNoKeyFrame = errors.New("the stream has had no key frame for a minute: make one every two seconds (rpicam-vid: --intra 60; ffmpeg: -g 60)")
)

// maxUnit is the size in bytes above which a frame is taken for rubbish.
const maxUnit = 8 << 20

// unit is one frame as it was cut out of a stream.
type unit struct {
	data  []byte        // as in [peer.Frame]; the receiver's own
	key   bool          // decoding can begin here
	came  time.Duration // when it began to come, on the writer's clock
	pts   time.Duration // the stream's own time; negative where it has none
	shape shape
}

// shape is what a stream says about its pictures. What it does not say is 0.
type shape struct {
	width, height int
	fps           float64
}

// parser cuts a stream into units, which it gives to a function that it was
// made with. An error of that function, or of the parser, ends both.
type parser interface {
	// write takes the next bytes of the stream, which came at now. It keeps none of b.
	write(b []byte, now time.Duration) error
	// quiet says that no bytes came for idleTime.
	quiet() error
	// end says that there are no more bytes.
	end() error
}

// StreamStats are figures of a Stream since it was made.
type StreamStats struct {
	Frames  uint64 // frames cut out of the stream
	Skipped uint64 // frames that encoders missed because they were read too slowly
	Damaged uint64 // frames, or parts of the stream, that could not be used
}

// tally counts for a Stream.
type tally struct {
	mu    sync.Mutex
	stats StreamStats
}

func (t *tally) add(s StreamStats) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stats.Frames += s.Frames
	t.stats.Skipped += s.Skipped
	t.stats.Damaged += s.Damaged
}

func (t *tally) read() StreamStats {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.stats
}
