package peer

import (
	"strings"
	"time"

	"github.com/pion/rtp"
)

// maxFrame is how large a frame can be, in bytes; a larger one is no frame.
const maxFrame = 8 << 20

// assembled is a frame as it came: its time is still the sender's.
type assembled struct {
	data  []byte
	clock uint32    // the RTP time stamp
	at    time.Time // when its first packet came
	key   bool
}

// assembly makes frames of packets in their order. A picture that lacks one is
// dropped, and all that follow up to the next key frame, since they build on it.
type assembly struct {
	mime         string
	depacketizer func() rtp.Depacketizer
	sound        bool

	open    bool // a frame has begun
	frame   assembled
	parts   rtp.Depacketizer
	broken  bool // the frame that has begun cannot be whole
	needKey bool
	dropped int64 // pictures
}

// newAssembly begins with a key frame. The format must be one that depacketizer knows.
func newAssembly(mime string) *assembly {
	sound := strings.HasPrefix(strings.ToLower(mime), "audio/")
	return &assembly{mime: canonical(mime), depacketizer: depacketizer(mime), sound: sound, needKey: !sound}
}

// push takes the next packet; gap says that some before it are lost. The frames
// that are whole now come back: none, one, or two where a frame had no marker.
func (a *assembly) push(p arrived, gap bool) (frames []assembled) {
	if gap {
		// What is lost may have ended the one frame, or begun the next.
		a.open = false
		a.needKey = !a.sound
	}
	if len(p.Payload) == 0 {
		return nil // padding, or a probe
	}
	if a.open && (p.Timestamp != a.frame.clock || a.sound) {
		frames = a.finish(frames)
	}
	if !a.open {
		a.begin(p)
	}
	a.append(p.Payload)
	if p.Marker || a.sound {
		frames = a.finish(frames)
	}
	return frames
}

// lacksKey reports whether nothing can be decoded before another key frame
// comes, and none is on its way as far as one can see.
func (a *assembly) lacksKey() bool { return a.needKey && (!a.open || a.broken) }

func (a *assembly) begin(p arrived) {
	a.parts = a.depacketizer()
	a.open = true
	// Behind a loss, a packet in the middle of a frame may be the first one to come.
	a.broken = a.needKey && !a.parts.IsPartitionHead(p.Payload)
	a.frame = assembled{clock: p.Timestamp, at: p.at}
}

func (a *assembly) append(payload []byte) {
	if a.broken {
		return
	}
	data, err := a.parts.Unmarshal(payload)
	if err != nil || len(a.frame.data)+len(data) > maxFrame {
		a.broken, a.frame.data = true, nil
		return
	}
	a.frame.data = append(a.frame.data, data...)
}

func (a *assembly) finish(frames []assembled) []assembled {
	a.open = false
	f := a.frame
	a.frame = assembled{}
	if a.sound {
		if len(f.data) == 0 {
			return frames
		}
		f.key = true
		return append(frames, f)
	}
	f.key = !a.broken && isKey(a.mime, f.data)
	if a.broken || len(f.data) == 0 || (a.needKey && !f.key) {
		a.needKey = true
		a.dropped++
		return frames
	}
	a.needKey = false
	return append(frames, f)
}
