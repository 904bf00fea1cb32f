package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"inbox/peer"
	"inbox/signaling"
)

// atHomeToo is the name under which the identity is kept that the server
// receives with.
const atHomeToo = "serve -receive"

// again is how long a server waits before its own camera or its recordings go on
// after an error, as that of a full disk.
const again = 10 * time.Second

// servedRecorder records the cameras that dial the server itself.
type servedRecorder struct {
	client  *http.Client
	viewers []*peer.Viewer
	link    peer.Link
}

// newServedRecorder returns the recorder that the flags want, nil if they want
// none: at the inbox of a link, and in the lobby if there is one.
func newServedRecorder(c *serveConfig, bound net.Addr, cert *certificate, log *slog.Logger) (*servedRecorder, error) {
	if c.receive == "" {
		return nil, nil
	}
	if strings.Contains(c.receive, "%") {
		return nil, usagef("-receive %q has a percent sign, which stands for the time in the names of files; choose another folder", c.receive)
	}
	if err := os.MkdirAll(c.receive, 0o755); err != nil {
		return nil, fmt.Errorf("-receive: %w", err)
	}
	own, err := keptIdentity(c.state, atHomeToo, c.newLink, log)
	if err != nil {
		return nil, err
	}
	urls, _ := addressesToOpen(c, bound)
	m := c.meetingAtHome(own)
	client := ownClient(bound, cert)
	r := &servedRecorder{client: client, link: m.dialLink(strings.TrimSuffix(urls[0], "/"))}
	add := func(credentials signaling.Credentials, key peer.Key) {
		r.viewers = append(r.viewers, &peer.Viewer{
			Mailbox: &signaling.Client{URL: m.server, Credentials: credentials, HTTP: client, OnState: sayState(log)},
			Key:     key,
			Sink:    (&folder{path: c.receive, split: c.split.Duration, keep: c.keep.Duration, log: log}).open,
			Network: peer.Network{Interfaces: c.interfaces},
			Logger:  log,
		})
	}
	add(m.credentials, m.key)
	if c.lobby {
		add(signaling.Credentials{ID: lobby, Password: rand.Text()}, peer.Key{})
	}
	return r, nil
}

// meetingAtHome is how the server's own peers meet others, through its mailbox.
func (c *serveConfig) meetingAtHome(own identity) meeting {
	scheme := "https"
	if !c.https {
		scheme = "http"
	}
	return meeting{server: scheme + "://localhost", credentials: own.credentials(), key: own.Key}
}

// run records until ctx ends. What one recording ends with does not end the server.
func (s *servedRecorder) run(ctx context.Context, log *slog.Logger) error {
	defer s.client.CloseIdleConnections()
	g, ctx := errgroup.WithContext(ctx)
	for _, viewer := range s.viewers {
		g.Go(func() error {
			for {
				err := viewer.Run(ctx)
				if ctx.Err() != nil {
					return ctx.Err()
				}
				log.Error("recording ended; it begins again in a while", "error", err, "after", again)
				select {
				case <-time.After(again):
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		})
	}
	return g.Wait()
}
