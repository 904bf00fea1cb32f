package peer

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

const (
	lingering = 5 * time.Second // the camera stays open for after the last viewer
	reopenMin = time.Second     // between two tries to open a device that is gone; grows to
	reopenMax = 5 * time.Second
)

// audience is a viewer as the studio sees it.
type audience struct {
	feed     *feed
	video    string     // the format that was negotiated; "" none
	audio    string     // the same of sound
	estimate func() int // bits a second that its way carries
	onState  func(PictureState)

	demand demand
	pump   *pump
}

// encodingID tells encodings apart: one for each format and group of viewers.
type encodingID struct {
	mime string
	low  bool
}

// group is the encodings of one format: the running ones, and what they should be.
type group struct {
	rates rates
	step  int
}

// studio owns the source: it opens it with the first viewer, runs one encoder
// for each format and size that somebody watches, and follows with their
// bitrates what the viewers' ways carry.
//
//	Source -> Media -> Encoder -> encoding -> pump -> feed of each viewer
//
// Its state belongs to the goroutine of run; others send it functions.
type studio struct {
	source   Source
	limits   limits
	alwaysOn bool
	log      *slog.Logger

	began time.Time // what the time of frames counts from
	pumps []*pump
	calls chan func()
	done  chan struct{} // closed when run has returned

	media    Media // nil: closed
	base     *timebase
	opening  bool
	failures int
	retry    <-chan time.Time
	linger   <-chan time.Time
	viewers  map[*audience]struct{}
	running  map[encodingID]*running
	retired  []*running // replaced, until the last viewer has changed over
	groups   map[string]*group
	workers  sync.WaitGroup
	ctx      context.Context // of run, for its workers
	ended    error           // why run ends
}

// running is an encoding and what stops it.
type running struct {
	*encoding
	stop context.CancelFunc
}

func newStudio(source Source, l limits, alwaysOn bool, bundles *bundling, log *slog.Logger) *studio {
	return &studio{
		source: source, limits: l, alwaysOn: alwaysOn, log: log,
		began:   time.Now(),
		pumps:   newPumps(bundles),
		calls:   make(chan func()),
		done:    make(chan struct{}),
		viewers: make(map[*audience]struct{}),
		running: make(map[encodingID]*running),
		groups:  make(map[string]*group),
	}
}

// run works until ctx ends, or the source: then its error says why, io.EOF if
// it was at its end. A device that is gone (ErrGone) ends nothing.
func (s *studio) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	s.ctx = ctx
	defer func() {
		cancel()
		s.shut()
		s.drain()
		close(s.done)
	}()
	for _, p := range s.pumps {
		s.workers.Go(func() { p.run(ctx) })
	}
	tick := time.NewTicker(rateTick)
	defer tick.Stop()
	s.wake()
	for s.ended == nil {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case f := <-s.calls:
			f()
		case <-tick.C:
			s.follow()
		case <-s.retry:
			s.retry = nil
			s.wake()
		case <-s.linger:
			s.linger = nil
			s.shut()
		}
	}
	return s.ended
}

// call runs f on the studio's goroutine; it does nothing once run has returned.
func (s *studio) call(f func()) {
	select {
	case s.calls <- f:
	case <-s.done:
	}
}

// drain waits for all workers, and takes what they still say.
func (s *studio) drain() {
	done := make(chan struct{})
	go func() {
		s.workers.Wait()
		close(done)
	}()
	for {
		select {
		case f := <-s.calls:
			f()
		case <-done:
			s.shut() // what was opened meanwhile
			return
		}
	}
}

// join lets a viewer's feed have pictures and sound.
func (s *studio) join(a *audience) {
	s.call(func() {
		s.viewers[a] = struct{}{}
		a.pump = pumpFor(s.pumps)
		a.pump.add(a.feed)
		s.linger = nil
		if s.media != nil {
			s.attach(a)
		} else if s.failures > 0 {
			a.onState(Away)
		}
		s.wake()
	})
}

// leave takes the viewer away.
func (s *studio) leave(a *audience) {
	s.call(func() {
		delete(s.viewers, a)
		a.pump.remove(a.feed)
		for _, r := range slices.Concat(slices.Collect(maps.Values(s.running)), s.retired) {
			r.remove(a.feed)
		}
		s.prune()
		s.rest()
	})
}

// rest lets the source close after a while if nobody watches.
func (s *studio) rest() {
	if len(s.viewers) == 0 && s.media != nil && !s.alwaysOn {
		s.linger = time.After(lingering)
	}
}

// wake opens the source if somebody wants it and nobody is at it.
func (s *studio) wake() {
	if s.media != nil || s.opening || s.retry != nil || (len(s.viewers) == 0 && !s.alwaysOn) {
		return
	}
	s.opening = true
	s.workers.Go(func() {
		m, err := s.source.Open(s.ctx)
		s.call(func() { s.hasOpened(m, err) })
	})
}

func (s *studio) hasOpened(m Media, err error) {
	s.opening = false
	switch {
	case err == nil:
		s.media, s.failures = m, 0
		s.base = &timebase{began: s.began}
		s.log.Info("camera opened", sizeOf(m)...)
		for a := range s.viewers {
			s.attach(a)
			a.onState(Live)
		}
		s.rest() // the last viewer may have left meanwhile
	case s.ctx.Err() != nil:
	case !errors.Is(err, ErrGone):
		s.ended = err
	default:
		s.lost(err)
	}
}

// sizeOf is the size of a Media for the log: nothing where it is not known yet.
func sizeOf(m Media) (known []any) {
	w, h, fps := m.Size()
	if w > 0 && h > 0 {
		known = append(known, "width", w, "height", h)
	}
	if fps > 0 {
		known = append(known, "fps", fps)
	}
	return known
}

// lost says that the device is away, and tries again later.
func (s *studio) lost(err error) {
	if s.failures == 0 {
		s.log.Warn("camera is away; it is used again once it is back", "error", err)
		for a := range s.viewers {
			a.onState(Away)
		}
	}
	pause := min(reopenMin<<min(s.failures, 8), reopenMax)
	s.failures++
	s.retry = time.After(pause)
}

// shut closes the source.
func (s *studio) shut() {
	for id, r := range s.running {
		r.stop()
		delete(s.running, id)
	}
	for _, r := range s.retired {
		r.stop()
	}
	s.retired = nil
	clear(s.groups)
	if s.media == nil {
		return
	}
	if err := s.media.Close(); err != nil {
		s.log.Warn("camera did not close in order", "error", err)
	}
	s.media = nil
	s.log.Info("camera closed")
}

// attach lets the encodings that a viewer needs serve its feed.
func (s *studio) attach(a *audience) {
	if a.video != "" {
		if r := s.encoding(encodingID{a.video, a.demand.low}); r != nil {
			a.feed.switchTo(r.encoding)
			r.add(a.feed)
		}
	}
	if a.audio != "" {
		if r := s.encoding(encodingID{mime: a.audio}); r != nil {
			r.add(a.feed)
		}
	}
}
