package peer

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// keyInterval is the least time between two key frames that viewers ask for
// because they lost something. A new viewer gets one at once.
const keyInterval = 300 * time.Millisecond

// encoding is one encoder and those who watch it. Its goroutine alone touches
// the encoder; others leave wishes.
type encoding struct {
	format     format
	rung       Rung
	adjustable bool // encoded here, not by the device or before
	encoder    Encoder
	pumps      []*pump
	base       *timebase

	mu      sync.Mutex
	feeds   map[*feed]struct{}
	bitrate int // wished for; 0: no change
	key     bool
	urgent  bool
	forced  time.Time // the last time that a key frame was asked of the encoder
}

func newEncoding(f format, r Rung, encoder Encoder, pumps []*pump, base *timebase) *encoding {
	_, adjustable := encoder.(BitrateSetter)
	return &encoding{format: f, rung: r, adjustable: adjustable, encoder: encoder, pumps: pumps, base: base, feeds: make(map[*feed]struct{})}
}

func (e *encoding) add(f *feed) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.feeds[f] = struct{}{}
	e.key, e.urgent = true, true
}

func (e *encoding) remove(f *feed) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.feeds, f)
}

// needKey asks for a key frame, for a viewer that lost something.
func (e *encoding) needKey() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.key = true
}

// watched forgets the viewers who changed over to another encoding, and
// reports whether any are left.
func (e *encoding) watched() bool {
	e.mu.Lock()
	feeds := slices.Collect(maps.Keys(e.feeds))
	e.mu.Unlock()
	watched := false
	for _, f := range feeds { // not under the lock: a feed has its own, and asks for keys under it
		if f.uses(e) {
			watched = true
		} else {
			e.remove(f)
		}
	}
	return watched
}

func (e *encoding) setBitrate(bitsPerSecond int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.bitrate = bitsPerSecond
}

// run hands out the encoder's frames until it ends, and closes it.
func (e *encoding) run(ctx context.Context) (err error) {
	defer func() {
		if closed := e.encoder.Close(); err == nil {
			err = closed
		}
	}()
	payloader := e.format.payloader()
	for {
		if err := e.control(); err != nil {
			return err
		}
		frame, err := e.encoder.Next(ctx)
		if err != nil {
			return err
		}
		p := packets{from: e, payloads: payloader.Payload(payloadSize, frame.Data), time: e.base.at(frame.Time), key: frame.Key}
		if frame.Key {
			e.keyMade()
		}
		for _, pump := range e.pumps {
			pump.put(p)
		}
	}
}

// keyMade says that who asked for a key frame has one.
func (e *encoding) keyMade() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.key, e.urgent = false, false
}

// control brings the wishes to the encoder, on its goroutine.
func (e *encoding) control() error {
	e.mu.Lock()
	bitrate := e.bitrate
	e.bitrate = 0
	force := e.key && (e.urgent || time.Since(e.forced) >= keyInterval)
	if force {
		e.forced = time.Now()
		e.key, e.urgent = false, false
	}
	e.mu.Unlock()
	if setter, ok := e.encoder.(BitrateSetter); ok && bitrate > 0 {
		if err := setter.SetBitrate(bitrate); err != nil {
			return fmt.Errorf("bitrate of %d bit/s: %w", bitrate, err)
		}
	}
	if forcer, ok := e.encoder.(KeyFrameForcer); ok && force {
		if err := forcer.ForceKeyFrame(); err != nil {
			return fmt.Errorf("key frame: %w", err)
		}
	}
	return nil
}
