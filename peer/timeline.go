package peer

import (
	"time"
)

// How a timeline judges what streams say of their time.
const (
	// leap is how far a stream's RTP time can be from what is possible before it
	// is taken for a clock that was set anew.
	leap = 2 * time.Second
	// slew is how much of the time that passes a correction may take: a twentieth
	// moves 50 ms within a second, and nobody hears it.
	slew = 20
	// hole is what is missing in a stream rather than wrong with its clock: it
	// becomes a gap at once.
	hole = 150 * time.Millisecond
	// believable is how far apart pictures and sound can be taken and come.
	believable = 10 * time.Second
)

// timeline gives the frames of one session their time: that of this end's clock
// when the frame was sent, as far as one can know. A stream's RTP time says how
// its own frames lie; sender reports (RFC 3550, section 6.4.1) say how the RTP
// times of pictures and sound lie to each other. Until they come, what travelled
// fastest shows it.
type timeline struct {
	streams map[*clock]struct{}
	// offset turns the sender's NTP time into this end's; it is known with the
	// first report.
	offset time.Duration
	synced bool
	epoch  time.Time // what all times here count from
}

func newTimeline(epoch time.Time) *timeline {
	return &timeline{streams: make(map[*clock]struct{}), epoch: epoch}
}

// clock is the time of one stream.
type clock struct {
	line *timeline
	rate int64 // ticks a second

	started bool
	last    uint32 // the newest RTP time
	ticks   int64  // the same, without turning over
	came    time.Duration
	base    time.Duration // where tick 0 lies, as it is used
	target  time.Duration // where it should lie
	spoken  time.Duration // the newest time given

	reported bool
	ntp      time.Duration // where tick 0 lies in the sender's NTP time
}

func (l *timeline) clock(rate uint32) *clock {
	c := &clock{line: l, rate: max(int64(rate), 1)}
	l.streams[c] = struct{}{}
	return c
}

func (c *clock) length(ticks int64) time.Duration {
	return time.Duration(ticks/c.rate)*time.Second + time.Duration(ticks%c.rate)*time.Second/time.Duration(c.rate)
}

// time returns when a frame was sent, counted from the epoch. Frames of a stream
// come in order, and so do the times.
func (c *clock) time(rtp uint32, at time.Time) time.Duration {
	came := at.Sub(c.line.epoch)
	if !c.started {
		c.started, c.last, c.came = true, rtp, came
		c.base, c.target, c.spoken = came, came, came
		return came
	}
	step := int64(int32(rtp - c.last))
	c.ticks += step
	c.last = rtp
	passed := c.length(step)
	if passed < -leap || passed > came-c.came+leap {
		c.begin(came)
	}
	c.came = max(c.came, came)
	c.learn(came)
	c.approach(passed)
	c.spoken = max(c.spoken, c.base+c.length(c.ticks))
	return c.spoken
}

// begin says that the clock was set anew: its frames go on from now.
func (c *clock) begin(came time.Duration) {
	c.reported = false
	c.base = came - c.length(c.ticks)
	c.target = c.base
}

// learn says where tick 0 lies, as far as that is known.
func (c *clock) learn(came time.Duration) {
	latest := came - c.length(c.ticks)
	if c.reported {
		if told := c.ntp + c.line.offset; (told - latest).Abs() < believable {
			c.target = told
			return
		}
		c.reported = false
		c.target = min(c.base, latest)
	}
	// One that took less time on its way than those before it is nearer to the truth.
	c.target = min(c.target, latest)
}

// approach moves base to target, a little with each frame. What is far too early
// is moved at once; what is late cannot be, or its frames would lie on each other.
func (c *clock) approach(passed time.Duration) {
	most := max(passed, 0) / slew
	switch wrong := c.target - c.base; {
	case wrong > hole || wrong < -leap:
		c.base = c.target
	default:
		c.base += max(-most, min(most, wrong))
	}
}

// report takes a sender report of the stream: its RTP time rtp was at the NTP
// time ntp (RFC 5905: seconds since 1900 in the upper 32 bits).
func (c *clock) report(ntp uint64, rtp uint32) {
	if !c.started {
		return // it comes again
	}
	ticks := c.ticks + int64(int32(rtp-c.last))
	zero := ntpDuration(ntp) - c.length(ticks)
	if moved := zero - c.ntp; c.reported && (moved > leap || moved < -leap) {
		// The sender's own clock was set: nothing known of it counts any more.
		c.line.forget()
	}
	c.ntp, c.reported = zero, true
	if !c.line.synced {
		c.line.synced, c.line.offset = true, c.base-zero
	}
}

// forget forgets the reports, of all streams.
func (l *timeline) forget() {
	l.synced = false
	for c := range l.streams {
		c.reported = false
		c.target = c.base
	}
}

// ntpDuration is an NTP time as a duration; only differences of such count.
func ntpDuration(ntp uint64) time.Duration {
	return time.Duration(ntp>>32)*time.Second + time.Duration((ntp&0xffffffff)*uint64(time.Second)>>32)
}
