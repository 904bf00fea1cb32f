package peer

import (
	"fmt"
	"time"
)

const (
	tallyEvery = 5 * time.Second
	changed    = 1.5 // times more or less is worth saying
)

// Bitrate is in bits a second. In logs it is a number for machines and has a unit for people.
type Bitrate int

// String writes it as people do: "2.1 Mbit/s".
func (b Bitrate) String() string {
	switch {
	case b >= 1_000_000:
		return fmt.Sprintf("%.1f Mbit/s", float64(b)/1e6)
	case b >= 1_000:
		return fmt.Sprintf("%.0f kbit/s", float64(b)/1e3)
	}
	return fmt.Sprintf("%d bit/s", int(b))
}

// tally measures what goes to a viewer, to say it once it is known and again
// when it has become another.
type tally struct {
	bytes int64
	at    time.Time
	said  Bitrate
}

// next takes how many bytes have been sent in all. The bitrate is worth saying if ok.
func (t *tally) next(bytes int64, now time.Time) (rate Bitrate, ok bool) {
	before, since := t.bytes, now.Sub(t.at)
	first := t.at.IsZero()
	t.bytes, t.at = bytes, now
	if first || since <= 0 {
		return 0, false
	}
	rate = Bitrate(float64(bytes-before) * 8 / since.Seconds())
	ok = float64(rate) > float64(t.said)*changed || float64(rate) < float64(t.said)/changed
	if ok {
		t.said = rate
	}
	return rate, ok
}
