package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"inbox/peer"
	"inbox/signaling"
)

func sendCommand() *command {
	return &command{
		name:    "send",
		args:    "[flags] [LINK]",
		summary: "share a camera of this machine, with no browser; LINK is a receive page's, to send to it",
		flags:   func() *flag.FlagSet { return sendFlags(new(sendConfig)) },
		run:     send,
	}
}

// sendConfig is what the flags of send say.
type sendConfig struct {
	cameraConfig
	server      string
	to          string
	id          string
	key         string
	newLink     bool
	ca          string
	fingerprint string
	state       string
	logLevel    choice
	logFormat   choice
}

func sendFlags(c *sendConfig) *flag.FlagSet {
	c.logLevel = choice{"info", []string{"debug", "info", "warn", "error"}}
	c.logFormat = choice{"auto", []string{"auto", "text", "json"}}
	fs := newFlags("send")
	fs.StringVar(&c.server, "server", "https://localhost:3000", "`URL` of the server")
	fs.StringVar(&c.to, "to", "", "`inbox` to send to; \"receiver\" is the plain receive page's (default: wait for viewers)")
	fs.StringVar(&c.camera, "camera", "", "`camera`: its path or a part of its name ('inbox devices' lists them), test for a test pattern,\nscreen for the screen (default: the first camera)")
	cameraFlags(fs, &c.cameraConfig)
	fs.StringVar(&c.id, "id", "", "`inbox` of this camera (default: one that is made and kept)")
	fs.StringVar(&c.key, "key", "", "`key` of this camera's link, 43 characters; better from the environment (INBOX_KEY) than for all to see\n(default: one that is made and kept)")
	fs.BoolVar(&c.newLink, "new-link", false, "make a new link; the old one leads nowhere from then on")
	fs.StringVar(&c.ca, "ca", "", "`file` with the certificate of the authority that signed the server's (PEM; the server gives it at /ca.crt)")
	fs.StringVar(&c.fingerprint, "fingerprint", "", "`SHA-256` of the server's certificate or of its authority's, as the server prints it")
	fs.StringVar(&c.state, "state", "", "`folder` for what is made and kept (default: inbox in the user's configuration folder)")
	fs.Var(&c.logLevel, "log-level", "least `level` that is logged: debug, info, warn, error")
	fs.Var(&c.logFormat, "log-format", "`format` of the log: text, json; auto is lines for people on a terminal, else text")
	return fs
}

func send(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var c sendConfig
	words, err := parseWords(sendFlags(&c), args)
	if errors.Is(err, flag.ErrHelp) {
		sendCommand().explain(stdout)
		return nil
	}
	if err == nil {
		err = c.check()
	}
	if err != nil {
		return err
	}
	log := terminalLogger(stderr, c.logLevel.value, c.logFormat.value)
	who, link, err := c.meet(words, log)
	if err != nil {
		return err
	}
	client, err := c.client(who.server)
	if err != nil {
		return err
	}
	if err := probe(ctx, client, who.server, log); err != nil {
		return err
	}
	video, err := c.open(ctx)
	if err != nil {
		return err
	}
	if link != nil {
		printLink(stdout, *link)
	}
	camera := c.peerCamera(who, video, client, log)
	return ended(camera.Run(ctx))
}

// peerCamera is the camera that the flags describe.
func (c *sendConfig) peerCamera(who meeting, video peer.Source, client *http.Client, log *slog.Logger) *peer.Camera {
	return &peer.Camera{
		Source:     video,
		Mailbox:    &signaling.Client{URL: who.server, Credentials: who.credentials, HTTP: client, OnState: sayState(log)},
		Key:        who.key,
		Name:       c.shownName(),
		Dial:       who.dial,
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

// meeting is where and as whom a camera meets its viewers.
type meeting struct {
	server      string
	credentials signaling.Credentials
	key         peer.Key // none: messages are plain
	dial        string   // the inbox to send to; "" waits for viewers
}

// meet finds out how the camera meets its viewers, and the link for them, nil
// where the camera dials.
func (c *sendConfig) meet(words []string, log *slog.Logger) (meeting, *peer.Link, error) {
	switch {
	case len(words) > 1:
		return meeting{}, nil, usagef("%q is one word too many; a link with & in it must stand in quotes", words[1])
	case len(words) == 1:
		m, err := c.dialLink(words[0])
		return m, nil, err
	}
	server := strings.TrimSuffix(c.server, "/")
	if err := checkServer(server); err != nil {
		return meeting{}, nil, err
	}
	own, err := c.identity(server, log)
	if err != nil {
		return meeting{}, nil, err
	}
	m := meeting{server: server, credentials: own.credentials()}
	if c.to != "" {
		m.dial = c.to // no link, so no key: the receiver has none either
		return m, nil, nil
	}
	m.key = own.Key
	return m, &peer.Link{Kind: peer.WatchLink, Server: shownServer(server), Inbox: own.ID, Key: own.Key}, nil
}

func (c *sendConfig) dialLink(text string) (meeting, error) {
	link, err := peer.ParseLink(text)
	switch {
	case err != nil:
		return meeting{}, usagef("%w", err)
	case link.Kind == peer.WatchLink:
		return meeting{}, usagef("this link shows a camera; to send to a receive page give the link that it shows (send.html#to=...)")
	case c.to != "" || c.id != "" || c.key != "":
		return meeting{}, usagef("a link says all; leave -to, -id and -key out")
	}
	return meeting{server: link.Server, credentials: newIdentity().credentials(), key: link.Key, dial: link.Inbox}, nil
}
