package peer

import (
	"sync"
	"time"

	"github.com/pion/rtcp"
)

// reportEvery is how often a viewer hears how the times of picture and sound lie
// to each other (RFC 3550, section 6.2: more often than every 5 s is allowed).
const reportEvery = time.Second

// ntpEpoch is how long before 1970 the time of NTP begins.
const ntpEpoch = 2_208_988_800 * time.Second

// timebase turns the time of a Media's frames into the time since the camera
// began, so that it goes on when the device is opened anew. Pictures and sound of
// a Media have one, so they stay together, however long each takes to encode.
type timebase struct {
	began time.Time // of the camera

	mu    sync.Mutex
	known bool
	base  time.Duration // where the Media's origin lies
}

// at returns when a frame was taken. The first one was taken just now.
func (b *timebase) at(t time.Duration) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.known {
		b.known, b.base = true, time.Since(b.began)-t
	}
	return b.base + t
}

// report tells the viewer which time of the track is now. pion's interceptor
// takes the time of sending for that of taking, and so puts sound that is quick
// to encode before its picture.
func (t *track) report(began time.Time) rtcp.Packet {
	b := t.bound.Load()
	if b == nil || t.packets.Load() == 0 {
		return nil
	}
	now := time.Now()
	return &rtcp.SenderReport{
		SSRC: b.ssrc, NTPTime: ntpTime(now), RTPTime: t.clock(b, now.Sub(began)),
		PacketCount: uint32(t.packets.Load()), OctetCount: uint32(t.octets.Load()),
	}
}

// ntpTime is a time as NTP has it (RFC 5905, section 6): seconds in the upper 32 bits.
func ntpTime(t time.Time) uint64 {
	since := uint64(t.UnixNano()) + uint64(ntpEpoch)
	seconds := since / uint64(time.Second)
	return seconds<<32 | (since%uint64(time.Second))<<32/uint64(time.Second)
}

// report tells the viewer of both tracks.
func (s *session) report() {
	var all []rtcp.Packet
	for _, t := range []*track{s.video, s.audio} {
		if t == nil {
			continue
		}
		if r := t.report(s.studio.began); r != nil {
			all = append(all, r)
		}
	}
	if len(all) == 0 {
		return
	}
	if err := s.pc.WriteRTCP(all); err != nil {
		s.log.Debug("viewer not told of the time", "error", err)
	}
}
