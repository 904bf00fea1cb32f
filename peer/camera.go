package peer

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/pion/webrtc/v4"
	"golang.org/x/sync/errgroup"

	"inbox/signaling"
)

// Bounds of a Camera.
const (
	// DefaultMaxBitrate and DefaultMinBitrate are those of the zero Camera, in bits a second.
	DefaultMaxBitrate = 2_500_000
	DefaultMinBitrate = 150_000

	maxViewers = 500
	againMin   = 200 * time.Millisecond // before a lost receiver is dialed anew; grows to
	againMax   = 5 * time.Second
)

// Camera is the end that has the picture: it offers to the receiver that it
// dials, and to every viewer that asks with `watch`. The source is encoded once
// for all of them. Its fields must not change while Run runs.
//
//	mailbox -> channel -> Camera.Run -> session of each viewer
//	Source -> studio -> encoding -> pump -> feed -> track of each viewer
type Camera struct {
	Source  Source
	Mailbox *signaling.Client // its inbox is the camera's address
	Key     Key               // of its link; none: messages are plain
	Name    string            // what viewers call it
	Dial    string            // the inbox of a receiver to send to; "" waits for viewers
	// AlwaysOn keeps the source open although nobody watches.
	AlwaysOn bool
	// MinBitrate and MaxBitrate bound the picture's, in bits a second; 0 is the default.
	MinBitrate, MaxBitrate int
	Network                Network
	// Logger hears who watches, and when the source opens and closes. Default: nobody.
	Logger *slog.Logger
}

// Run shares the camera until ctx ends, and says goodbye to its viewers. It lives
// through restarts of the server, changes of the network and a device that is
// unplugged. Other errors: io.EOF (wrapped) when the source has ended, that of a
// source that cannot be opened, and those that end [signaling.Client.Messages].
func (c *Camera) Run(ctx context.Context) error {
	s, err := c.open()
	if err != nil {
		return err
	}
	defer s.network.shut()
	defer s.names.close()
	// The studio outlives the sessions, which leave it.
	g, ctx := errgroup.WithContext(ctx)
	studioCtx, closeStudio := context.WithCancel(context.WithoutCancel(ctx))
	g.Go(func() error {
		if err := s.studio.run(studioCtx); studioCtx.Err() == nil {
			return err
		}
		return nil
	})
	g.Go(func() error { return readError(ctx, s.channel.read(ctx, s.messages, s.log)) })
	g.Go(func() error {
		defer closeStudio()
		return s.serve(ctx)
	})
	return g.Wait()
}

// open gets everything ready that lasts as long as Run.
func (c *Camera) open() (*cameraRun, error) {
	log := c.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	channel, err := newChannel(c.Mailbox, c.Key)
	if err != nil {
		return nil, err
	}
	network, err := c.Network.open(log)
	if err != nil {
		return nil, err
	}
	// As DTLS server the camera is a round trip faster, also where it answers.
	if err := network.settings.SetAnsweringDTLSRole(webrtc.DTLSRoleServer); err != nil {
		return nil, fmt.Errorf("DTLS: %w", err)
	}
	l := limits{min: c.MinBitrate, max: c.MaxBitrate}
	if l.max == 0 {
		l.max = DefaultMaxBitrate
	}
	if l.min == 0 {
		l.min = min(DefaultMinBitrate, l.max)
	}
	return &cameraRun{
		Camera: c, log: log, limits: l, channel: channel, network: network, names: &resolver{},
		studio:   newStudio(c.Source, l, c.AlwaysOn, network.bundles, log),
		stream:   rand.Text(),
		messages: make(chan received),
		over:     make(chan *viewing),
		sessions: make(map[string]*viewing),
	}, nil
}

func readError(ctx context.Context, err error) error {
	if errors.Is(err, signaling.ErrDisplaced) && ctx.Err() == nil {
		return fmt.Errorf("%w: another inbox send has taken over this camera's link; start this one again with another name, as -id second, and it has a link of its own", err)
	}
	return err
}

// HasEnded reports whether err says that a source came to its end.
func HasEnded(err error) bool { return errors.Is(err, io.EOF) }
