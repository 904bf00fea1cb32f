package source

import (
	"context"
	"math"
	"sync"
	"time"
)

// tone is the sound of the test pattern: a beep of 1 kHz with each flash, 100
// ms from each full second on, and silence between.
type tone struct {
	opened  time.Time
	count   int // of packets, so far
	closing sync.Once
	closed  chan struct{}
}

const (
	toneHertz  = 1000
	toneVolume = 0.25 // of the loudest
)

func openTone() *tone {
	return &tone{opened: time.Now(), closed: make(chan struct{})}
}

func (s *tone) openedAt() time.Time { return s.opened }

func (s *tone) channels() int { return 1 }

// next returns a packet when its last sample was heard, as a microphone does.
// Those that were due long ago are left out.
func (s *tone) next(ctx context.Context) (packet, error) {
	s.count = max(s.count, int(time.Since(s.opened)/soundPacket)-soundQueue)
	begin := time.Duration(s.count) * soundPacket
	s.count++

	if err := wait(ctx, s.closed, begin+soundPacket-time.Since(s.opened)); err != nil {
		return packet{}, err
	}
	return packet{beep(s.opened.Add(begin)), begin}, nil
}

// beep returns the packet that begins at t.
func beep(t time.Time) []int16 {
	samples := make([]int16, packetFrames)
	for i := range samples {
		into := (time.Duration(t.Nanosecond()) + time.Duration(i)*time.Second/soundRate) % time.Second
		if into < flashTime {
			samples[i] = int16(toneVolume * math.MaxInt16 * math.Sin(2*math.Pi*toneHertz*into.Seconds()))
		}
	}
	return samples
}

func (s *tone) Close() error {
	s.closing.Do(func() { close(s.closed) })
	return nil
}
