package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"inbox/peer"
	"inbox/signaling"
)

// lobbyPatience is for a server that is not there yet: then nobody has a name there.
const lobbyPatience = 3 * time.Second

// meeting is where and as whom a camera meets its viewers, or a viewer its cameras.
type meeting struct {
	server      string
	credentials signaling.Credentials
	key         peer.Key // none: messages are plain
	dial        string   // the inbox to send to, or to watch; "" waits
}

// lobbySender is the inbox for a camera in the lobby. The original's receive
// page answers none but "sender", so it is that one unless another has it.
func lobbySender(ctx context.Context, m meeting, client *http.Client) string {
	ctx, cancel := context.WithTimeout(ctx, lobbyPatience)
	defer cancel()
	c := signaling.Client{URL: m.server, HTTP: client, Credentials: m.credentials}
	c.Credentials.ID = "sender"
	if _, err := c.ICEServers(ctx); errors.Is(err, signaling.ErrWrongPassword) {
		return m.credentials.ID
	}
	return c.Credentials.ID
}

// link is the link for viewers, who open the server at the URL shown.
func (m meeting) link(shown string) peer.Link {
	return peer.Link{Kind: peer.WatchLink, Server: shown, Inbox: m.credentials.ID, Key: m.key}
}

// dialLink is the link for a camera that is to send to this end.
func (m meeting) dialLink(shown string) peer.Link {
	return peer.Link{Kind: peer.DialLink, Server: shown, Inbox: m.credentials.ID, Key: m.key}
}

// share makes the camera that the flags describe.
func (c *cameraConfig) share(video peer.Source, m meeting, client *http.Client, log *slog.Logger) *peer.Camera {
	return &peer.Camera{
		Source:     video,
		Mailbox:    &signaling.Client{URL: m.server, Credentials: m.credentials, HTTP: client, OnState: sayState(log)},
		Key:        m.key,
		Name:       c.shownName(),
		Dial:       m.dial,
		AlwaysOn:   c.alwaysOn,
		MinBitrate: int(c.minBitrate),
		MaxBitrate: int(c.bitrate),
		Network:    c.network(),
		Logger:     log,
	}
}

// ended is nil for a camera that ended as it should: it was told to, or its
// source came to its end.
func ended(err error) error {
	if errors.Is(err, context.Canceled) || peer.HasEnded(err) {
		return nil
	}
	return err
}

// sayState says once when the server is lost, and when it is back.
func sayState(log *slog.Logger) func(error) {
	lost := false
	return func(err error) {
		switch {
		case err != nil && !lost:
			log.Warn("the server is out of reach; trying again until it is back", "error", err)
		case err == nil && lost:
			log.Info("the server is back")
		}
		lost = err != nil
	}
}
