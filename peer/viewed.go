package peer

import (
	"context"
	"math/rand/v2"
	"time"
)

// When a camera is asked for its offer.
const (
	askMin   = time.Second     // between the first two questions; grows to
	askMax   = 5 * time.Second // as long as it does not answer
	askAgain = 3 * time.Second // after a camera said goodbye
	giveUp   = time.Minute     // a camera that dialed and was lost: its inbox is gone by then
)

// viewed is a camera that a viewerRun knows.
type viewed struct {
	info       CameraInfo
	picture    PictureState
	seen       bool // it was connected before
	session    *receiving
	recording  *recording
	asking     bool
	stopAsking func()

	told      time.Time // when its statistics were given out last
	toldBytes int64
}

// camera returns the camera with that inbox; nil: there are too many.
func (r *viewerRun) camera(ctx context.Context, inbox string) *viewed {
	if c := r.cameras[inbox]; c != nil {
		return c
	}
	if r.recording >= maxCameras {
		return nil
	}
	info := CameraInfo{Inbox: inbox}
	c := &viewed{info: info, picture: Live, stopAsking: func() {}, told: time.Now()}
	c.recording = newRecording(info, r.log.With("camera", inbox))
	r.cameras[inbox] = c
	r.recording++
	go func() { r.recorded <- c.recording.run(ctx, r.Sink) }() // endAll waits for it
	return c
}

// introduce takes what a camera says of itself.
func (c *viewed) introduce(m Message) {
	if m.Name != "" && m.Name != c.info.Name {
		c.info.Name = m.Name
		info := c.info
		c.recording.info.Store(&info)
	}
	switch {
	case m.Video == Live || m.Video == Paused || m.Video == Away:
		c.picture = m.Video
	case m.Type == Offer:
		c.picture = Live
	}
}

// leave forgets a camera; its Sink is closed when all has been written.
func (r *viewerRun) leave(c *viewed) {
	if r.cameras[c.info.Inbox] != c {
		return
	}
	c.stopAsking()
	delete(r.cameras, c.info.Inbox)
	c.recording.close()
}

// ask asks a camera for its offer after a while, and then again and again until
// it comes: for ever the one that is watched, for a minute one that dialed.
func (r *viewerRun) ask(ctx context.Context, c *viewed, after time.Duration) {
	c.stopAsking()
	asking, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	c.asking = true
	c.stopAsking = func() {
		cancel()
		<-ended
		c.asking = false
	}
	inbox := c.info.Inbox
	patience := time.Duration(0)
	if r.Camera == "" {
		patience = giveUp
	}
	r.workers.Go(func() {
		inVain := r.askFor(asking, inbox, after, patience)
		close(ended)
		if inVain {
			select {
			case r.silent <- c:
			case <-asking.Done():
			}
		}
	})
}

// askFor reports whether patience, if there is any, ended before ctx did.
func (r *viewerRun) askFor(ctx context.Context, inbox string, after, patience time.Duration) bool {
	began := time.Now()
	pause := after
	next := askMin
	for {
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return false
		}
		if patience > 0 && time.Since(began) >= patience {
			return true
		}
		sending, cancel := context.WithTimeout(ctx, sendWithin)
		if err := r.channel.send(sending, inbox, Message{Type: Watch}); err != nil {
			r.log.Debug("camera not asked", "camera", inbox, "error", err)
		}
		cancel()
		pause = next/2 + rand.N(next/2)
		next = min(next*2, askMax)
	}
}
