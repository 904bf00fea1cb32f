package source

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"sync"
	"time"

	"inbox/peer"
)

// noPictures is how long a camera may give nothing that can be used before it
// counts as gone: some that hang work again once they are opened anew.
const noPictures = 10 * time.Second

// capture is a camera that is open: pictures, or the read and closer of
// newEncoded. One goroutine reads it; another may Close it.
type capture struct {
	foundCamera
	pace   pace
	opened time.Time
	tally  *tally
	last   time.Time // when a frame was of use; the reader's own
	copied []byte    // of read

	reading sync.Mutex // held while the device is read
	mu      sync.Mutex // of the device, but for waiting
	stopped bool
	closing sync.Once
}

// startCapture begins to stream. The device is the capture's to close, and is
// closed if there is an error. Of raw pictures, those above wanted a second are
// left out.
func startCapture(f foundCamera, wanted float64, t *tally) (*capture, error) {
	fps, err := f.device.start(f.choice)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s (%s): %w", f.name, f.path, err), f.device.Close())
	}
	if fps > 0 {
		f.choice.fps = fps
	}
	if f.choice.format == formatH264 {
		wanted = 0
	}
	now := time.Now()
	return &capture{foundCamera: f, pace: newPace(f.choice.fps, wanted), opened: now, last: now, tally: t}, nil
}

func (c *capture) openedAt() time.Time { return c.opened }

func (c *capture) size() (width, height int, fps float64) {
	return c.choice.width, c.choice.height, c.pace.fps
}

// next implements pictures.
func (c *capture) next(ctx context.Context) (picture, error) {
	var p picture
	err := c.take(ctx, func(b []byte, t time.Duration) (bool, error) {
		if !c.pace.take(t) {
			return false, nil
		}
		img, err := c.decode(b)
		p = picture{img, t}
		return true, err
	})
	return p, err
}

func (c *capture) decode(b []byte) (*image.YCbCr, error) {
	if c.choice.format == formatMJPEG {
		return decodeJPEG(b)
	}
	return decodeRaw(c.choice.format, c.choice.width, c.choice.height, b)
}

// read is that of newEncoded.
func (c *capture) read(ctx context.Context) (frame []byte, t time.Duration, err error) {
	err = c.take(ctx, func(b []byte, at time.Duration) (bool, error) {
		c.copied, t = append(c.copied[:0], b...), at
		if len(b) == 0 {
			return false, errLength
		}
		return true, nil
	})
	return c.copied, t, err
}

// take gives frames to use until one is of use. One with which that fails is
// damaged, and counted. When ctx ends, the device gives no more.
func (c *capture) take(ctx context.Context, use func(b []byte, t time.Duration) (bool, error)) error {
	c.reading.Lock()
	defer c.reading.Unlock()
	defer context.AfterFunc(ctx, c.stop)()
	for {
		done := false
		var damaged error
		err := c.device.wait()
		if err == nil {
			err = c.frame(func(b []byte) error {
				done, damaged = use(b, time.Since(c.opened))
				return nil
			})
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, io.EOF):
			return err
		case damaged != nil:
			c.tally.add(StreamStats{Damaged: 1})
			err = damaged
		case err == nil:
			c.last = time.Now()
			if done {
				c.tally.add(StreamStats{Frames: 1})
				return nil
			}
			continue
		case !errors.Is(err, errNoFrame):
			return c.gone(err)
		}
		if time.Since(c.last) > noPictures {
			return c.gone(fmt.Errorf("it has given no picture for %v: %w", noPictures, err))
		}
	}
}

func (c *capture) gone(err error) error {
	return fmt.Errorf("the camera %s: %w: %w", c.name, err, peer.ErrGone)
}

// frame is the device's, io.EOF once it was stopped.
func (c *capture) frame(use func(b []byte) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return io.EOF
	}
	return c.device.frame(use)
}

// ForceKeyFrame implements peer.KeyFrameForcer, as well as the camera does.
func (c *capture) ForceKeyFrame() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.stopped {
		c.device.forceKeyFrame()
	}
	return nil
}

func (c *capture) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.stopped {
		c.stopped = true
		c.device.stop()
	}
}

// Close frees the device. It waits until it is no longer read, which takes no
// longer than one picture.
func (c *capture) Close() error {
	var err error
	c.closing.Do(func() {
		c.stop()
		c.reading.Lock()
		defer c.reading.Unlock()
		if err = c.device.Close(); err != nil {
			err = fmt.Errorf("close the camera %s: %w", c.name, err)
		}
	})
	return err
}
