package source

import (
	"sync"
	"time"
)

// idleTime is how long bytes must have stopped coming before a frame whose end
// nothing marks may be taken for whole. Programs write a picture within a
// fraction of that, and the next one comes much later.
const idleTime = 5 * time.Millisecond

// pump gives a parser what a live input brings, and tells it when that pauses.
type pump struct {
	mu     sync.Mutex
	parser parser
	timer  *time.Timer
	wrote  time.Time // when bytes came last
	paused bool      // the parser knows, or need not know, that they stopped
	err    error     // the parser's; it is over then
}

func newPump(p parser) *pump {
	u := &pump{parser: p, paused: true}
	u.timer = time.AfterFunc(time.Hour, u.quiet)
	u.timer.Stop()
	return u
}

// write takes the next bytes. More says that there are others behind them,
// which the writer could not hand over yet: then no pause means anything.
func (u *pump) write(b []byte, now time.Duration, more bool) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.err != nil {
		return u.err
	}
	u.err = u.parser.write(b, now)
	u.paused = more
	u.wrote = time.Now()
	if !more {
		u.timer.Reset(idleTime)
	}
	return u.err
}

// quiet is called by the timer.
func (u *pump) quiet() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.err != nil || u.paused || time.Since(u.wrote) < idleTime {
		return // bytes came while the timer went off
	}
	u.paused = true
	u.err = u.parser.quiet()
}

// end says that there is nothing more to come.
func (u *pump) end() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.timer.Stop()
	u.paused = true
	if u.err == nil {
		u.err = u.parser.end()
	}
	return u.err
}
