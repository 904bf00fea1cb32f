package peer

import (
	"slices"
	"strings"
	"time"
)

// startBitrate is where the bitrate begins, in bits a second, before anything
// is known of the viewers' ways.
const startBitrate = 1_500_000

// follow lets bitrates and sizes follow what the viewers' ways carry.
func (s *studio) follow() {
	if s.media == nil {
		return
	}
	byFormat := make(map[string][]*audience)
	for a := range s.viewers {
		if a.video != "" {
			byFormat[a.video] = append(byFormat[a.video], a)
		}
	}
	now := time.Now()
	for mime, viewers := range byFormat {
		s.followFormat(mime, viewers, now)
	}
	s.prune()
}

func (s *studio) followFormat(mime string, viewers []*audience, now time.Time) {
	g := s.group(mime)
	demands := make([]*demand, 0, len(viewers))
	before := make([]bool, 0, len(viewers))
	for _, a := range viewers {
		a.demand.estimate = a.estimate()
		demands = append(demands, &a.demand)
		before = append(before, a.demand.low)
	}
	g.rates = g.rates.next(demands, s.limits, now)
	if w, h, fps := s.media.Size(); s.adjusts(mime) {
		if present := stepFor(w, h, fps, g.rates.main, g.step); present != g.step {
			g.step = present
			s.restart(encodingID{mime, false}, viewers)
		}
	}
	for i, a := range viewers {
		if a.demand.low != before[i] {
			s.move(a)
		}
	}
	if r := s.running[encodingID{mime, false}]; r != nil {
		r.setBitrate(g.rates.main)
	}
	if r := s.running[encodingID{mime, true}]; r != nil {
		r.setBitrate(g.rates.low)
	}
}

// adjusts reports whether encodings of a format are made here, and not by the device.
func (s *studio) adjusts(mime string) bool {
	r := s.running[encodingID{mime: mime}]
	return r != nil && r.adjustable
}

// restart replaces a running encoding by one of another size; each viewer
// changes over at the new one's first key frame.
func (s *studio) restart(id encodingID, viewers []*audience) {
	old := s.running[id]
	if old == nil {
		return
	}
	delete(s.running, id)
	fresh := s.encoding(id)
	if fresh == nil {
		s.running[id] = old
		return
	}
	s.log.Debug("picture changes size", "format", id.mime, "width", fresh.rung.Width, "height", fresh.rung.Height, "fps", fresh.rung.FPS)
	for _, a := range viewers {
		if a.demand.low == id.low {
			a.feed.switchTo(fresh.encoding)
			fresh.add(a.feed)
		}
	}
	s.retired = append(s.retired, old)
}

// move lets a viewer's pictures come from the encoding of its new group.
func (s *studio) move(a *audience) {
	if to := s.encoding(encodingID{a.video, a.demand.low}); to != nil {
		a.feed.switchTo(to.encoding)
		to.add(a.feed)
	}
}

func (s *studio) group(mime string) *group {
	g := s.groups[mime]
	if g == nil {
		g = &group{}
		s.groups[mime] = g
	}
	return g
}

// rung is what an encoding should begin with.
func (s *studio) rung(id encodingID) Rung {
	if strings.HasPrefix(id.mime, "audio/") {
		return Rung{}
	}
	w, h, fps := s.media.Size()
	g := s.group(id.mime)
	if id.low {
		r := rungAt(w, h, fps, min(g.step+1, len(steps)-1))
		r.Bitrate = max(g.rates.low, s.limits.min)
		return r
	}
	r := rungAt(w, h, fps, g.step)
	r.Bitrate = g.rates.main
	if r.Bitrate == 0 {
		r.Bitrate = min(startBitrate, s.limits.max)
	}
	return r
}

// prune stops the encodings whose frames nobody takes any more.
func (s *studio) prune() {
	for id, r := range s.running {
		if !r.watched() {
			r.stop()
			delete(s.running, id)
		}
	}
	s.retired = slices.DeleteFunc(s.retired, func(r *running) bool {
		if r.watched() {
			return false
		}
		r.stop()
		return true
	})
}
