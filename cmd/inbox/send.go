package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"strings"

	"inbox/peer"
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
	identityConfig
	serverConfig
	to        string
	logLevel  choice
	logFormat choice
}

func sendFlags(c *sendConfig) *flag.FlagSet {
	c.logLevel = choice{"info", []string{"debug", "info", "warn", "error"}}
	c.logFormat = choice{"auto", []string{"auto", "text", "json"}}
	fs := newFlags("send")
	serverFlags(fs, &c.serverConfig)
	fs.StringVar(&c.to, "to", "", "`inbox` to send to; \"receiver\" is the plain receive page's (default: wait for viewers)")
	fs.StringVar(&c.camera, "camera", "", "`camera`: its path or a part of its name ('inbox devices' lists them), test for a test pattern,\nscreen for the screen (default: the first camera)")
	cameraFlags(fs, &c.cameraConfig)
	identityFlags(fs, &c.identityConfig)
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
	log := terminalLogger(stderr, isTerminal(stderr), c.logLevel.value, c.logFormat.value)
	who, err := c.meet(words, log)
	if err != nil {
		return err
	}
	client, err := c.client(who.server)
	if err != nil {
		return err
	}
	shown, err := probe(ctx, client, who.server)
	if err != nil {
		return err
	}
	if who.dial == lobby && c.id == "" {
		who.credentials.ID = lobbySender(ctx, who, client)
	}
	// First of all, for a source may take its time: a pipe into which nothing comes yet.
	if who.dial == "" {
		printLink(stdout, who.link(shown))
	} else {
		log.Info("sending, as soon as the receiver is there", "receiver", who.dial, "server", who.server)
	}
	video, err := c.open(ctx, log)
	switch {
	case ctx.Err() != nil:
		return nil // as it was asked to
	case err != nil:
		return err // also of a stream that ended before it had begun
	}
	camera := c.share(video, who, client, log)
	return ended(c.run(ctx, camera))
}

// meet finds out from the command line how the camera meets its viewers.
func (c *sendConfig) meet(words []string, log *slog.Logger) (meeting, error) {
	switch {
	case len(words) > 1:
		return meeting{}, usagef("%q is one word too many; a link with & in it must stand in quotes", words[1])
	case len(words) == 1:
		return c.dialLink(words[0])
	}
	server := strings.TrimSuffix(c.server, "/")
	if err := checkServer(server); err != nil {
		return meeting{}, err
	}
	own, err := c.identity(c.state, server, log)
	if err != nil {
		return meeting{}, err
	}
	m := meeting{server: server, credentials: own.credentials(), dial: c.to}
	if c.to == "" { // who dials without a link has no key, and the receiver has none either
		m.key = own.Key
	}
	return m, nil
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
