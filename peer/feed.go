package peer

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/pion/webrtc/v4"
)

// queued is how many frames may wait for one viewer: a second of picture and sound.
const queued = 80

// feed is what one viewer gets. Encodings put frames in and never wait; the
// viewer's own goroutine takes them out. One who is behind loses pictures until
// the next key frame.
type feed struct {
	queue   chan packets
	dropped atomic.Int64

	mu     sync.Mutex
	video  *encoding // whose pictures go out
	next   *encoding // takes over with its first key frame
	behind bool
}

func newFeed() *feed { return &feed{queue: make(chan packets, queued)} }

// switchTo lets the pictures come from e, from its next key frame on.
func (f *feed) switchTo(e *encoding) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.next = e; f.video == e {
		f.next = nil
	}
}

// uses reports whether frames of e may still go out.
func (f *feed) uses(e *encoding) bool {
	if e.format.kind == webrtc.RTPCodecTypeAudio {
		return true
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.video == e || f.next == e
}

// needKey asks for a key frame: the viewer lost something on the way.
func (f *feed) needKey() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.video != nil {
		f.video.needKey()
	}
}

// put gives the viewer a frame, or drops it.
func (f *feed) put(p packets) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if p.from.format.kind == webrtc.RTPCodecTypeVideo && !f.wants(p) {
		return
	}
	select {
	case f.queue <- p:
		if p.key {
			f.behind = false
		}
	default:
		f.dropped.Add(1)
		f.behind = f.behind || p.from == f.video
	}
}

// wants reports whether a picture can be decoded by who has what went out so far.
func (f *feed) wants(p packets) bool {
	if p.from == f.next && p.key {
		f.video, f.next = f.next, nil
	}
	if p.from != f.video {
		return false
	}
	if f.behind && !p.key {
		f.dropped.Add(1)
		if len(f.queue) == 0 {
			p.from.needKey()
		}
		return false
	}
	return true
}

// run writes the frames to the viewer's tracks until ctx ends or the connection does.
func (f *feed) run(ctx context.Context, video, audio *track) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case p := <-f.queue:
			t := video
			if p.from.format.kind == webrtc.RTPCodecTypeAudio {
				t = audio
			}
			if err := t.write(p); err != nil {
				return err
			}
		}
	}
}
