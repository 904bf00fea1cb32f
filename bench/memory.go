package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

func memory(ctx context.Context, c config, subjects []subject) error {
	once := c
	once.rounds = 1
	show := func(n float64) string { return fmt.Sprintf("%7.0f bytes", n) }
	same := func(n float64) float64 { return n }
	idle := func(ctx context.Context, s subject) (float64, error) { return idleInbox(ctx, s, c.inboxes) }
	if err := rounds(ctx, once, fmt.Sprintf("Memory of an idle inbox (of %d)", c.inboxes), oneOfEach(subjects), idle, same, show); err != nil {
		return err
	}
	parked := func(ctx context.Context, s subject) (float64, error) { return parkedGET(ctx, s, c.parked) }
	return rounds(ctx, once, fmt.Sprintf("Memory of a parked GET or an open stream (of %d)", c.parked), subjects, parked, same, show)
}

// oneOfEach leaves out the subjects that differ only in how clients read.
func oneOfEach(subjects []subject) (some []subject) {
	for _, s := range subjects {
		if !s.stream {
			some = append(some, s)
		}
	}
	return some
}

// idleInbox is the growth of the server's memory with each inbox made.
func idleInbox(ctx context.Context, s subject, n int) (float64, error) {
	v, err := launch(ctx, s, 3600)
	if err != nil {
		return 0, err
	}
	defer v.stop()
	if err := v.makeInboxes(ctx, 0, 1000); err != nil { // what any server needs once
		return 0, err
	}
	before := v.rss()
	if err := v.makeInboxes(ctx, 1000, n); err != nil {
		return 0, err
	}
	return float64(v.rss()-before) / float64(n), v.alive()
}

// makeInboxes makes n inboxes, as fast as the server bears.
func (v *server) makeInboxes(ctx context.Context, from, n int) error {
	names := make([]string, n)
	for i := range names {
		names[i] = strconv.Itoa(from + i)
	}
	if v.fragile {
		return v.makeOneByOne(ctx, names)
	}
	const makers = 8
	g, ctx := errgroup.WithContext(ctx)
	for i := range makers {
		g.Go(func() error { return v.makeOneByOne(ctx, names[i*n/makers:(i+1)*n/makers]) })
	}
	return errors.Join(g.Wait(), v.alive())
}

// makeOneByOne makes inboxes by letting each send an empty message to another
// that takes it: the only way that needs no waiting and both servers know.
func (v *server) makeOneByOne(ctx context.Context, names []string) error {
	id := "sink of " + names[0]
	sink, maker := v.peer(id), v.peer("")
	park, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	v.peer(id).get(park) // makes the sink, and is left waiting
	cancel()
	// The original gives the next message to that reader until it knows that it has gone.
	time.Sleep(200 * time.Millisecond)
	for _, name := range names {
		maker.id = name
		status, err := maker.post(ctx, url.QueryEscape(id), nil)
		if err != nil || status != http.StatusOK {
			return fmt.Errorf("making inbox %s: status %d, error %w", name, status, errors.Join(err, v.alive()))
		}
		if _, err := sink.get(ctx); err != nil {
			return err
		}
	}
	return nil
}

// parkedGET is the growth of the server's memory with each waiting reader.
func parkedGET(ctx context.Context, s subject, n int) (float64, error) {
	v, err := launch(ctx, s, 3600)
	if err != nil {
		return 0, err
	}
	defer v.stop()
	if _, err := v.delays(ctx, 64, 640, time.Second); err != nil { // warm
		return 0, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprint("parked", i)
	}
	if err := v.makeOneByOne(ctx, names); err != nil {
		return 0, err
	}
	before := v.rss()
	ready := make(chan struct{}, n)
	var wg sync.WaitGroup
	for _, name := range names {
		p := v.peer(name)
		read := p.poll
		if s.stream {
			read = p.stream
		}
		wg.Go(func() { read(ctx, func([]byte) { ready <- struct{}{} }) })
		time.Sleep(2 * time.Millisecond) // one after the other, as people come
	}
	time.Sleep(2 * time.Second) // until the last has waited for a while
	after := v.rss()
	// Every reader gets one message, so that it is known to have been there.
	sender := &pair{ctx: ctx, sender: v.peer(names[0])}
	for _, name := range names {
		sender.receiver = name
		sender.send([]byte("x"))
	}
	for range n {
		select {
		case <-ready:
		case <-ctx.Done():
		}
	}
	cancel()
	wg.Wait()
	return float64(after-before) / float64(n), v.alive()
}

// million measures the delays beside no inbox, a million idle ones, and a
// million that expire meanwhile.
func million(ctx context.Context, c config, subjects []subject) error {
	const inboxes, expireAfter = 1_000_000, 120
	for _, s := range oneOfEach(subjects) {
		if s.fragile {
			continue // a million made one by one would expire before the last is there
		}
		fmt.Printf("\nDelays beside a million inboxes: %s\n", s.name)
		v, err := launch(ctx, s, expireAfter)
		if err != nil {
			return err
		}
		none, err := v.delays(ctx, 64, 640, 3*c.duration)
		if err != nil {
			v.stop()
			return err
		}
		start := time.Now()
		err = v.makeInboxes(ctx, 0, inboxes)
		made := time.Now()
		var idle, expiring delays
		if err == nil {
			idle, err = v.delays(ctx, 64, 640, 3*c.duration)
		}
		if err == nil {
			// They expire as fast as they were made, from the first one's time on.
			wait := time.Until(start.Add(expireAfter * time.Second))
			select {
			case <-time.After(wait):
			case <-ctx.Done():
			}
			expiring, err = v.delays(ctx, 64, 640, max(3*c.duration, min(made.Sub(start), 20*time.Second)))
		}
		v.stop()
		if err != nil {
			return err
		}
		fmt.Printf("  none      %s\n  idle      %s\n  expiring  %s\n", showDelays(none), showDelays(idle), showDelays(expiring))
	}
	return nil
}
