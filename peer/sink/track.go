package sink

import (
	"math"
	"strings"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/opus"
	"github.com/pion/webrtc/v4"

	"inbox/peer"
)

// muxer lays out one file. What it has collected goes to its output in pieces
// that play by themselves, of a second at most.
type muxer interface {
	// write takes the next sample of a track. Its error is the output's.
	write(track int, s sample) error
	// finish writes what is collected and, where there is one, the index.
	finish() error
}

// The most that is collected before it is written.
const (
	pieceTime = time.Second
	pieceSize = 16 << 20 // bytes, of a camera whose clock stands still
)

// track is a format as a file has it.
type track struct {
	peer.Format
	video bool
	setup setup // of pictures
}

// sample is a frame as a file has it.
type sample struct {
	data []byte
	time time.Duration // since the file's first picture
	key  bool
}

func (t track) is(mime string) bool { return strings.EqualFold(t.MIME, mime) }

// usual is how long a sample lasts that has no successor to tell.
func (t track) usual(s sample) time.Duration {
	if t.is(webrtc.MimeTypeOpus) {
		return time.Duration(opus.PacketDuration2(s.data)) * time.Second / 48_000
	}
	return time.Second / 30
}

// ticks is d in units of 1/rate seconds, without what multiplying would overflow.
func ticks(d time.Duration, rate uint32) uint64 {
	whole, part := d/time.Second, d%time.Second
	return uint64(whole)*uint64(rate) + uint64(math.Round(part.Seconds()*float64(rate)))
}
