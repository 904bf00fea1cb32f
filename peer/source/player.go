package source

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"time"
)

const (
	defaultFPS = 30
	// lateLimit is how late a file's frame may be before the time of all that follow
	// is moved, instead of hurrying after it: the computer slept, or the disk did.
	lateLimit = 200 * time.Millisecond
	// stepLimit is the longest time between two frames that is believed.
	stepLimit = 10 * time.Second
)

// play opens the file for one Media. Its time begins with the first Encode, so
// that the first frames are not missed.
func (s *Stream) play() *encodedMedia {
	m := newEncodedMedia(s.format, s.tally)
	m.shape = s.shape
	m.shape.fps = cmp.Or(s.opts.FPS, s.shape.fps)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	p := &player{stream: s, media: m, opened: time.Now(), pts: -1}
	go func() {
		defer close(done)
		m.end(p.run(ctx))
	}()
	m.release = func() error {
		cancel()
		<-done
		return nil
	}
	return m
}

// player publishes the frames of a file when they are due. One goroutine runs it.
type player struct {
	stream *Stream
	media  *encodedMedia
	opened time.Time

	begun bool          // a frame was shown
	due   time.Duration // when the newest frame is shown, since opened
	step  time.Duration // by its time stamp, from the one before it
	pts   time.Duration // its own time stamp; negative where it has none
	shown uint64        // frames of this pass through the file
}

// run plays the file once, or for ever.
func (p *player) run(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-p.media.begun:
	}
	p.due = time.Since(p.opened)
	for {
		p.shown, p.pts = 0, -1
		if err := p.pass(ctx); err != nil {
			return fmt.Errorf("%s: %w", p.stream.path, err)
		}
		if p.shown == 0 {
			return fmt.Errorf("%w: %s has no key frame", ErrFormat, p.stream.path)
		}
		if !p.stream.opts.Loop {
			return io.EOF
		}
	}
}

// pass plays the file once.
func (p *player) pass(ctx context.Context) error {
	f, err := os.Open(p.stream.path)
	if err != nil {
		return err
	}
	defer f.Close()
	show := func(u unit) error { return p.show(ctx, u) }
	return feed(newParser(p.stream.format, show, p.stream.tally), f)
}

// show waits until a frame is due and publishes it. A file that was cut out of
// another begins with frames that nothing can be made of.
func (p *player) show(ctx context.Context, u unit) error {
	if p.shown == 0 && !u.key {
		return nil
	}
	if p.begun {
		p.due += p.stepTo(u)
	}
	p.begun, p.pts = true, u.pts
	p.shown++
	if now := time.Since(p.opened); now > p.due+lateLimit {
		p.due = now
	}
	if err := sleep(ctx, p.due-time.Since(p.opened)); err != nil {
		return err
	}
	u.shape.fps = cmp.Or(p.stream.opts.FPS, u.shape.fps)
	p.media.publish(u, p.due)
	return nil
}

// stepTo returns the time from the newest frame to u.
func (p *player) stepTo(u unit) time.Duration {
	usual := time.Duration(float64(time.Second) / cmp.Or(p.stream.opts.FPS, u.shape.fps, defaultFPS))
	if u.pts < 0 {
		return usual
	}
	step := u.pts - p.pts
	if p.pts < 0 || step < 0 || step > stepLimit { // another pass, or a time stamp that is wrong
		return cmp.Or(p.step, usual)
	}
	p.step = step
	return step
}

// sleep waits for d or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
