package peer

import (
	"sync"
	"sync/atomic"

	"github.com/pion/webrtc/v4"
)

// feed is what one viewer gets: of each encoding's frames those that it can
// show. One who missed some gets no pictures until the next key frame.
type feed struct {
	video, audio *track // audio is nil where the source has none
	dropped      atomic.Int64

	mu     sync.Mutex
	source *encoding // whose pictures go out
	next   *encoding // takes over with its first key frame
	behind bool
}

// switchTo lets the pictures come from e, from its next key frame on.
func (f *feed) switchTo(e *encoding) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.next = e; f.source == e {
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
	return f.source == e || f.next == e
}

// needKey asks for a key frame: the viewer lost something on the way.
func (f *feed) needKey() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.source != nil {
		f.source.needKey()
	}
}

// miss says that frames were left out.
func (f *feed) miss() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.behind = true
}

// put sends the viewer a frame, or drops it.
func (f *feed) put(p packets) {
	t := f.audio
	if p.from.format.kind == webrtc.RTPCodecTypeVideo {
		if t = f.video; !f.wants(p) {
			return
		}
	}
	if t == nil {
		return
	}
	// What cannot be written is lost like what gets lost on the way; the
	// session hears of a connection that is gone by itself.
	if err := t.write(p); err != nil {
		f.dropped.Add(1)
	}
}

// wants reports whether a picture can be decoded by who has what went out so far.
func (f *feed) wants(p packets) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if p.from == f.next && p.key {
		f.source, f.next = f.next, nil
	}
	if p.from != f.source {
		if p.from == f.next {
			p.from.needKey() // the one that it was to begin with got lost
		}
		return false
	}
	if f.behind && !p.key {
		f.dropped.Add(1)
		p.from.needKey()
		return false
	}
	f.behind = false
	return true
}
