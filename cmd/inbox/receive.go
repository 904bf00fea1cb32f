package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"inbox/peer"
	"inbox/peer/sink"
	"inbox/signaling"
)

func receiveCommand() *command {
	return &command{
		name:    "receive",
		args:    "[flags] [LINK]",
		summary: "receive a camera into a file or a pipe; LINK is a camera's, without one a phone may send",
		flags:   func() *flag.FlagSet { return receiveFlags(new(receiveConfig)) },
		run:     receive,
	}
}

// receiveConfig is what the flags of receive say.
type receiveConfig struct {
	recordConfig
	serverConfig
	id       string
	key      string
	snapshot string
	duration seconds
	timeout  seconds
	progress bool

	logLevel  choice
	logFormat choice
}

func receiveFlags(c *receiveConfig) *flag.FlagSet {
	*c = receiveConfig{
		duration:  seconds{min: time.Millisecond},
		timeout:   seconds{min: time.Millisecond},
		logLevel:  choice{"info", []string{"debug", "info", "warn", "error"}},
		logFormat: choice{"auto", []string{"auto", "text", "json"}},
	}
	fs := newFlags("receive")
	fs.StringVar(&c.name, "o", "", "`file` to write, - for standard output; its end says how: .mp4, .mkv, .webm, .h264, .h265, .ivf\n(%Y%m%d-%H%M%S stand for the time)")
	recordFlags(fs, &c.recordConfig)
	fs.StringVar(&c.snapshot, "snapshot", "", "`file` for one picture (.jpg), and no more")
	fs.Var(&c.duration, "duration", "`time` to record (default: until it is stopped)")
	fs.Var(&c.timeout, "timeout", "`time` within which the camera must have come, else the exit status is 3 (default: no end)")
	fs.BoolVar(&c.progress, "progress", true, "tell time, size, bitrate, pictures and loss in a line, on a terminal")
	serverFlags(fs, &c.serverConfig)
	fs.StringVar(&c.id, "id", "", "`inbox` to receive at, without a LINK (default: another each time)")
	fs.StringVar(&c.key, "key", "", "`key` of the link to it; better from the environment (INBOX_KEY) than for all to see")
	fs.Var(&c.logLevel, "log-level", "least `level` that is logged: debug, info, warn, error")
	fs.Var(&c.logFormat, "log-format", "`format` of the log: text, json; auto is lines for people on a terminal, else text")
	return fs
}

// errNeverCame says that the camera was waited for in vain.
var errNeverCame = &statusError{errors.New("the camera has not come within -timeout"), 3}

func receive(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var c receiveConfig
	words, err := parseWords(receiveFlags(&c), args)
	if errors.Is(err, flag.ErrHelp) {
		receiveCommand().explain(stdout)
		return nil
	}
	if err == nil {
		err = c.check()
	}
	if err != nil {
		return err
	}
	who, err := c.meet(words)
	if err != nil {
		return err
	}
	line := newStatusLine(stderr, c.progress)
	log := terminalLogger(line, isTerminal(stderr), c.logLevel.value, c.logFormat.value)
	target, err := c.target(stdout)
	if err != nil {
		return usagef("%w", err)
	}
	client, err := c.client(who.server)
	if err != nil {
		return err
	}
	shown, err := probe(ctx, client, who.server)
	if err != nil {
		return err
	}
	if who.dial == "" {
		if c.name == "-" || c.snapshot == "-" {
			stdout = stderr
		}
		printDialLink(stdout, who.dialLink(shown))
	}
	defer line.end()
	return c.record(ctx, who, target, client, line, log)
}

// record receives until the flags or ctx say that it is enough.
func (c *receiveConfig) record(ctx context.Context, who meeting, t *target, client *http.Client, line *statusLine, log *slog.Logger) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if c.timeout.Duration > 0 {
		late := time.AfterFunc(c.timeout.Duration, func() { cancel(errNeverCame) })
		defer late.Stop()
		t.onBegin = func() { late.Stop() }
	}
	viewer := &peer.Viewer{
		Mailbox: &signaling.Client{URL: who.server, Credentials: who.credentials, HTTP: client, OnState: sayState(log)},
		Key:     who.key,
		Camera:  who.dial,
		Sink:    t.open,
		Codecs:  t.codecs,
		Latency: c.latency.Duration,
		Network: c.network(),
		OnStats: func(s peer.Stats) { line.set(t.describe(s)) },
		Logger:  log,
	}
	err := viewer.Run(ctx)
	switch {
	case errors.Is(err, errEnough), errors.Is(err, sink.ErrDone):
		return nil
	case errors.Is(err, peer.ErrUnsupported) && c.name != "":
		return fmt.Errorf("%w, or write a .mkv, which has a place for every codec", err)
	case errors.Is(err, context.Canceled):
		if cause := context.Cause(ctx); errors.Is(cause, errNeverCame) {
			return cause
		}
		return nil // as it was asked to
	}
	return err
}

// check finds what no single flag could know.
func (c *receiveConfig) check() error {
	switch {
	case c.name == "" && c.snapshot == "":
		return usagef("say where to: -o FILE, -o - for a pipe, or -snapshot FILE")
	case c.name != "" && c.snapshot != "":
		return usagef("-o and -snapshot are two; choose one")
	case c.snapshot != "" && (c.split.Duration > 0 || c.keep.Duration > 0 || c.format != "" || c.duration.Duration > 0):
		return usagef("-split, -keep, -format and -duration are for -o")
	}
	return c.recordConfig.check()
}

// meet finds out from the command line how to meet the camera.
func (c *receiveConfig) meet(words []string) (meeting, error) {
	if len(words) > 1 {
		return meeting{}, usagef("%q is one word too many; a link with & in it must stand in quotes", words[1])
	}
	own := newIdentity()
	if len(words) == 1 {
		link, err := peer.ParseLink(words[0])
		switch {
		case err != nil:
			return meeting{}, usagef("%w", err)
		case link.Kind == peer.DialLink:
			return meeting{}, usagef("this link is for sending; to watch a camera give the link that it shows (receive.html#from=...)")
		case c.id != "" || c.key != "":
			return meeting{}, usagef("a link says all; leave -id and -key out")
		}
		return meeting{server: link.Server, credentials: own.credentials(), key: link.Key, dial: link.Inbox}, nil
	}
	if err := checkServer(c.server); err != nil {
		return meeting{}, err
	}
	if err := (&identityConfig{id: c.id, key: c.key}).apply(&own); err != nil {
		return meeting{}, err
	}
	return meeting{server: strings.TrimSuffix(c.server, "/"), credentials: own.credentials(), key: own.Key}, nil
}
