package source

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"io"
	"sync"
	"time"

	"inbox/peer"
)

// PatternOptions configure a [TestPattern]. The zero value of every field is its default.
type PatternOptions struct {
	Width, Height int     // pixels, even; default 1280x720
	FPS           float64 // pictures a second; default 30
	Sound         bool    // a beep with each flash
}

func (o PatternOptions) withDefaults() PatternOptions {
	if o.Width == 0 && o.Height == 0 {
		o.Width, o.Height = 1280, 720
	}
	o.FPS = cmp.Or(o.FPS, usualFPS)
	return o
}

// TestPattern is a camera that every computer has: colour bars, a strip along
// which a block moves, a clock, a square that flashes with each full second,
// and a time code for [ReadTimecode] that is the time when the picture was drawn.
func TestPattern(o PatternOptions) peer.Source {
	o = o.withDefaults()
	video := newRaw(func(context.Context) (pictures, error) { return openPattern(o) })
	if !o.Sound {
		return video
	}
	return WithSound(video, newRawSound(func(context.Context) (sounds, error) { return openTone(), nil }))
}

const (
	minPattern, maxPattern = 64, 8192 // pixels a side
	maxPatternFPS          = 240
)

// pattern draws pictures in time.
type pattern struct {
	options    PatternOptions
	background *image.YCbCr
	opened     time.Time
	count      int // of pictures, so far
	closing    sync.Once
	closed     chan struct{}
}

func openPattern(o PatternOptions) (*pattern, error) {
	if o.Width < minPattern || o.Height < minPattern || o.Width > maxPattern || o.Height > maxPattern || o.Width%2+o.Height%2 > 0 {
		return nil, fmt.Errorf("no test pattern of %dx%d: choose even sizes from %d to %d", o.Width, o.Height, minPattern, maxPattern)
	}
	if !(o.FPS > 0 && o.FPS <= maxPatternFPS) {
		return nil, fmt.Errorf("no test pattern of %v pictures a second: choose a rate up to %d", o.FPS, maxPatternFPS)
	}
	return &pattern{
		options:    o,
		background: drawBackground(o.Width, o.Height),
		opened:     time.Now(),
		closed:     make(chan struct{}),
	}, nil
}

func (p *pattern) openedAt() time.Time { return p.opened }

func (p *pattern) size() (width, height int, fps float64) {
	return p.options.Width, p.options.Height, p.options.FPS
}

// next waits until the next picture is due. Those that were due while nobody
// asked are left out.
func (p *pattern) next(ctx context.Context) (picture, error) {
	due := frameDue(&p.count, p.options.FPS, time.Since(p.opened))
	if err := wait(ctx, p.closed, due-time.Since(p.opened)); err != nil {
		return picture{}, err
	}
	now := time.Now()
	return picture{p.draw(now), now.Sub(p.opened)}, nil
}

func (p *pattern) Close() error {
	p.closing.Do(func() { close(p.closed) })
	return nil
}

// frameDue returns when the next picture is due, now or later, and counts it
// and those that were missed.
func frameDue(count *int, fps float64, now time.Duration) time.Duration {
	interval := float64(time.Second) / fps
	*count = max(*count, int(float64(now)/interval))
	due := time.Duration(float64(*count) * interval)
	*count++
	return due
}

// wait waits for d, or until closed or the context ends it.
func wait(ctx context.Context, closed <-chan struct{}, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-closed:
	case <-timer.C:
	}
	select {
	case <-closed: // before a timer that is also done
		return io.EOF
	default:
		return ctx.Err()
	}
}
