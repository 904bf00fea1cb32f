//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pion/webrtc/v4"
	"golang.org/x/sync/errgroup"

	"inbox/peer"
	"inbox/signaling"
)

// watch is the process of the viewers: n of them, until it is ended.
func watch(ctx context.Context, server string, n int) error {
	g, ctx := errgroup.WithContext(ctx)
	var playing sync.WaitGroup
	playing.Add(n)
	for i := range n {
		v := &viewer{
			mailbox: &signaling.Client{URL: server, Credentials: signaling.Credentials{ID: fmt.Sprint("viewer", i), Password: "viewer"}},
			playing: sync.OnceFunc(playing.Done),
		}
		g.Go(func() error { return v.run(ctx) })
	}
	playing.Wait()
	fmt.Println("watching")
	return g.Wait()
}

// viewer is a viewer with pion's own defaults.
type viewer struct {
	mailbox *signaling.Client
	playing func()
	pc      *webrtc.PeerConnection
	early   []webrtc.ICECandidateInit
}

func (v *viewer) run(ctx context.Context) error {
	if err := v.send(ctx, peer.Message{Type: peer.Watch}); err != nil {
		return err
	}
	for raw, err := range v.mailbox.Messages(ctx) {
		if err != nil {
			return err
		}
		var m peer.Message
		if err := json.Unmarshal(raw.Body, &m); err != nil {
			return err
		}
		if err := v.handle(ctx, m); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// send sends to the camera, which may not be there yet.
func (v *viewer) send(ctx context.Context, m peer.Message) error {
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	for {
		err := v.mailbox.Send(ctx, "camera", body)
		if !errors.Is(err, signaling.ErrNotFound) {
			return err
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (v *viewer) handle(ctx context.Context, m peer.Message) error {
	switch m.Type {
	case peer.Offer:
		return v.answer(ctx, m)
	case peer.ICECandidate:
		if v.pc == nil {
			v.early = append(v.early, *m.Candidate)
			return nil
		}
		return v.pc.AddICECandidate(*m.Candidate)
	}
	return nil
}

func (v *viewer) answer(ctx context.Context, m peer.Message) error {
	if v.pc == nil {
		pc, err := webrtc.NewPeerConnection(webrtc.Configuration{})
		if err != nil {
			return err
		}
		v.pc = pc
		pc.OnICECandidate(func(c *webrtc.ICECandidate) {
			if c != nil {
				i := c.ToJSON()
				_ = v.send(ctx, peer.Message{Type: peer.ICECandidate, Session: m.Session, Candidate: &i})
			}
		})
		pc.OnTrack(func(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { v.read(t) })
	}
	if err := v.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: m.SDP}); err != nil {
		return err
	}
	for _, c := range v.early {
		if err := v.pc.AddICECandidate(c); err != nil {
			return err
		}
	}
	v.early = nil
	d, err := v.pc.CreateAnswer(nil)
	if err != nil {
		return err
	}
	if err := v.pc.SetLocalDescription(d); err != nil {
		return err
	}
	return v.send(ctx, peer.Message{Type: peer.Answer, Session: m.Session, SDP: v.pc.LocalDescription().SDP})
}

func (v *viewer) read(t *webrtc.TrackRemote) {
	buf := make([]byte, 1500)
	for {
		if _, _, err := t.Read(buf); err != nil {
			return
		}
		v.playing()
	}
}
