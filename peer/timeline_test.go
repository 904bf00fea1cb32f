package peer

import (
	"math/rand/v2"
	"testing"
	"time"
)

// ntpOf is the NTP time of a sender whose clock has nothing to do with ours.
func ntpOf(d time.Duration) uint64 {
	d += 3_900_000_000 * time.Second
	return uint64(d/time.Second)<<32 | uint64(d%time.Second)<<32/uint64(time.Second)
}

// sentStream is a stream of a sender in a test.
type sentStream struct {
	clock  *clock
	rate   uint32
	offset uint32
	every  time.Duration
	delay  time.Duration // from taking a frame until its first packet comes
	sr     time.Duration // when the first report comes; 0: never
}

func (s *sentStream) rtp(taken time.Duration) uint32 {
	return s.offset + uint32(taken.Seconds()*float64(s.rate))
}

// play lets both streams come for a while and returns how far apart they are at
// the end: what was taken at the same moment should have the same time.
func play(epoch time.Time, length time.Duration, streams ...*sentStream) time.Duration {
	at := make([]time.Duration, len(streams))
	for now := time.Duration(0); now < length; now += 10 * time.Millisecond {
		for i, s := range streams {
			if now%s.every == 0 && now >= s.delay {
				taken := now - s.delay
				at[i] = s.clock.time(s.rtp(taken), epoch.Add(now)) - taken
			}
			if s.sr > 0 && now >= s.sr && now%time.Second == 0 {
				s.clock.report(ntpOf(now), s.rtp(now))
			}
		}
	}
	return at[1] - at[0]
}

func TestTimelineSync(t *testing.T) {
	tests := []struct {
		name         string
		delay        [2]time.Duration
		reports      [2]time.Duration
		length, want time.Duration
	}{
		{"both at once", [2]time.Duration{0, 0}, [2]time.Duration{}, 10 * time.Second, 20 * time.Millisecond},
		{"picture late by 400 ms, no reports", [2]time.Duration{400 * time.Millisecond, 0}, [2]time.Duration{}, 5 * time.Second, 410 * time.Millisecond},
		{"picture late by 400 ms", [2]time.Duration{400 * time.Millisecond, 0}, [2]time.Duration{time.Second, 2 * time.Second}, 15 * time.Second, 20 * time.Millisecond},
		{"sound late by 400 ms", [2]time.Duration{0, 400 * time.Millisecond}, [2]time.Duration{time.Second, 2 * time.Second}, 15 * time.Second, 20 * time.Millisecond},
		{"reports of sound come late", [2]time.Duration{300 * time.Millisecond, 0}, [2]time.Duration{time.Second, 5 * time.Second}, 15 * time.Second, 20 * time.Millisecond},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			epoch := time.Unix(1_000_000, 0)
			l := newTimeline(epoch)
			picture := &sentStream{clock: l.clock(90_000), rate: 90_000, offset: 0xffff_0000, every: 40 * time.Millisecond, delay: tt.delay[0], sr: tt.reports[0]}
			sound := &sentStream{clock: l.clock(48_000), rate: 48_000, offset: 12_345, every: 20 * time.Millisecond, delay: tt.delay[1], sr: tt.reports[1]}
			if apart := play(epoch, tt.length, picture, sound).Abs(); apart > tt.want {
				t.Errorf("picture and sound are %v apart, want at most %v", apart, tt.want)
			}
		})
	}
}

// TestTimelineTurnsOver lets the RTP time of a picture turn over twice.
func TestTimelineTurnsOver(t *testing.T) {
	epoch := time.Unix(0, 0)
	c := newTimeline(epoch).clock(90_000)
	const step = 30 * time.Second
	last := c.time(0, epoch)
	for now := step; now < 28*time.Hour; now += step {
		got := c.time(uint32(int64(now)/int64(time.Second)*90_000), epoch.Add(now))
		if got-last != step {
			t.Fatalf("at %v the time moved by %v, want %v", now, got-last, step)
		}
		last = got
	}
}

// TestTimelineKeepsGaps has what moves a clock, and what must not.
func TestTimelineKeepsGaps(t *testing.T) {
	type frame struct{ sent, came, want time.Duration }
	s := func(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }
	tests := []struct {
		name   string
		frames []frame
	}{
		{"a pause", []frame{{0, 0, 0}, {s(1), s(1), s(1)}, {s(61), s(61), s(61)}}},
		{"a stall, then all at once", []frame{{0, 0, 0}, {s(1), s(1), s(1)}, {s(1.5), s(5), s(1.5)}, {s(2), s(5), s(2)}, {s(5), s(5), s(5)}}},
		{"a clock that begins again", []frame{{0, 0, 0}, {s(60), s(60), s(60)}, {0, s(70), s(70)}, {s(1), s(71), s(71)}}},
		{"a clock that leaps", []frame{{0, 0, 0}, {s(1), s(1), s(1)}, {s(5000), s(2), s(2)}, {s(5001), s(3), s(3)}}},
		{"one that came late before", []frame{{0, s(0.5), s(0.5)}, {s(20), s(20), s(20)}}},
		{"back in time", []frame{{0, 0, 0}, {s(1), s(1), s(1)}, {s(0.5), s(1.5), s(1)}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			epoch := time.Unix(0, 0)
			c := newTimeline(epoch).clock(1000)
			for i, f := range tt.frames {
				if got := c.time(uint32(f.sent/time.Millisecond), epoch.Add(f.came)); got != f.want {
					t.Errorf("frame %d: %v, want %v", i, got, f.want)
				}
			}
		})
	}
}

// TestTimelineOfAClockThatIsSet has a phone whose clock is corrected while it sends.
func TestTimelineOfAClockThatIsSet(t *testing.T) {
	epoch := time.Unix(0, 0)
	l := newTimeline(epoch)
	picture, sound := l.clock(90_000), l.clock(48_000)
	var last [2]time.Duration
	for n := range 3000 {
		now := time.Duration(n) * 20 * time.Millisecond
		for i, c := range []*clock{picture, sound} {
			rtp := uint32(now.Seconds() * float64(c.rate))
			got := c.time(rtp, epoch.Add(now))
			if n > 0 && (got-last[i] < 15*time.Millisecond || got-last[i] > 25*time.Millisecond) {
				t.Fatalf("at %v the time of stream %d moved by %v", now, i, got-last[i])
			}
			last[i] = got
			if n%50 == 0 {
				ntp := now
				if n > 1500 {
					ntp += time.Hour
				}
				c.report(ntpOf(ntp), rtp)
			}
		}
	}
}

func FuzzTimeline(f *testing.F) {
	f.Add(uint64(1), uint64(2))
	f.Fuzz(func(t *testing.T, a, b uint64) {
		random := rand.New(rand.NewPCG(a, b))
		epoch := time.Unix(0, 0)
		l := newTimeline(epoch)
		streams := []*clock{l.clock(90_000), l.clock(48_000)}
		var now time.Duration
		var last [2]time.Duration
		for range 200 {
			i := random.IntN(2)
			now += time.Duration(random.IntN(int(time.Second)))
			got := streams[i].time(random.Uint32(), epoch.Add(now))
			if got < last[i] {
				t.Fatalf("time goes back from %v to %v", last[i], got)
			}
			if got > now+4*leap {
				t.Fatalf("a frame that came at %v is of %v", now, got)
			}
			last[i] = got
			streams[random.IntN(2)].report(random.Uint64(), random.Uint32())
		}
	})
}
