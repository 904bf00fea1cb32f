package main

import (
	"errors"
	"flag"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"inbox/signaling"
)

// serveConfig is what the flags of serve say.
type serveConfig struct {
	bind       string
	https      bool
	certFile   string
	keyFile    string
	state      string
	public     string
	lobby      bool
	mdns       bool
	trustProxy bool

	cleanupInterval seconds
	inboxTimeout    seconds
	messageTimeout  seconds
	inboxCapacity   count
	maxInboxes      count
	maxBytes        byteSize
	maxBodySize     byteSize
	maxHeaderSize   byteSize
	longPolling     bool
	cors            bool
	corsOrigins     list
	iceServers      iceServers
	limits          signaling.Limits

	shares optional // a camera of this machine
	cameraConfig
	identityConfig
	receive string // the folder for recordings
	keepConfig

	logLevel  choice
	logFormat choice
}

// serveFlags are the flags of serve. Those that the original has keep their
// names, meanings and defaults.
func serveFlags(c *serveConfig) *flag.FlagSet {
	*c = serveConfig{
		cleanupInterval: seconds{time.Second, time.Millisecond},
		inboxTimeout:    seconds{time.Minute, time.Second},
		messageTimeout:  seconds{time.Minute, time.Second},
		inboxCapacity:   100,
		maxInboxes:      100_000,
		maxBytes:        256 << 20,
		maxBodySize:     64 << 10,
		maxHeaderSize:   http.DefaultMaxHeaderBytes,
		logLevel:        choice{"info", []string{"debug", "info", "warn", "error"}},
		logFormat:       choice{"text", []string{"text", "json"}},
	}
	fs := newFlags("serve")
	fs.StringVar(&c.bind, "bind", "0.0.0.0:3000", "`address` to listen on; port 0 takes a free one")
	fs.BoolVar(&c.https, "https", true, "serve HTTPS; browsers give pages the camera only over HTTPS and on localhost")
	fs.StringVar(&c.certFile, "server-cert", "server.crt", "`file` with the certificate; if neither this nor the key is there, one is made and kept")
	fs.StringVar(&c.keyFile, "server-key", "server.key", "`file` with the certificate's private key")
	fs.StringVar(&c.state, "state", "", "`folder` for what is made and kept (default: inbox in the user's configuration folder)")
	fs.StringVar(&c.public, "public", "", "`folder` to serve instead of the built-in pages")
	fs.BoolVar(&c.lobby, "lobby", true, "let plain send.html and receive.html find each other without a link")
	fs.BoolVar(&c.mdns, "mdns", true, "answer to the name inbox.local on the local network")
	fs.BoolVar(&c.trustProxy, "trust-proxy", false, "take clients' addresses from X-Forwarded-For; only behind a proxy that sets it")

	fs.Var(&c.cleanupInterval, "cleanup-interval", "`time` between freeing the memory of what has expired")
	fs.Var(&c.inboxTimeout, "inbox-timeout", "`time` after which an inbox expires when its owner neither asks nor sends")
	fs.Var(&c.messageTimeout, "message-timeout", "`time` after which a message expires")
	fs.Var(&c.inboxCapacity, "inbox-capacity", "`messages` that an inbox holds")
	fs.Var(&c.maxInboxes, "max-inboxes", "`inboxes` in all")
	fs.Var(&c.maxBytes, "max-bytes", "`bytes` of messages in all")
	fs.Var(&c.maxBodySize, "max-body-size", "`bytes` of a message")
	fs.Var(&c.maxHeaderSize, "max-header-size", "`bytes` of a request's headers")
	fs.BoolVar(&c.longPolling, "long-polling", true, "let a GET wait for a message")
	fs.BoolVar(&c.cors, "cors", false, "let pages of other origins use the mailbox")
	fs.Var(&c.corsOrigins, "cors-origin", "`origin` that -cors lets in (https://example.org); may be repeated (default: every origin)")
	fs.Var(&c.iceServers, "ice-server", "`URL` of a STUN or TURN server for peers (stun:HOST:PORT, turn:HOST:PORT), or @FILE with RTCIceServer\nobjects in JSON; may be repeated. A TURN URL takes its credentials from the environment:\nINBOX_ICE_USERNAME and INBOX_ICE_CREDENTIAL")
	limitFlags(fs, &c.limits)

	fs.Var(&c.shares, "camera", "share a `camera` of this machine too: -camera is the first one, -camera=DEVICE that of a path or a part of\nits name, -camera=test a test pattern, -camera=screen the screen ('inbox devices' lists them)")
	cameraFlags(fs, &c.cameraConfig)
	identityFlags(fs, &c.identityConfig)
	fs.StringVar(&c.receive, "receive", "", "`folder` to record every camera into that dials the lobby or the link that is printed then")
	keepFlags(fs, &c.keepConfig)

	fs.Var(&c.logLevel, "log-level", "least `level` that is logged: debug, info, warn, error")
	fs.Var(&c.logFormat, "log-format", "`format` of the log: text, json")
	return fs
}

// limitFlags are the flags for what one client address may do. The bursts
// follow from the rates as those of the defaults do.
func limitFlags(fs *flag.FlagSet, l *signaling.Limits) {
	add := func(name, usage string, rate *float64, burst *int, standard float64, bursts float64) {
		*rate, *burst = standard, int(standard*bursts)
		fs.Func(name, usage, func(text string) error {
			n, err := strconv.ParseFloat(text, 64)
			if err != nil || n == 0 || n != n {
				return errors.New("want a number a second, or a negative one for no limit")
			}
			*rate, *burst = n, max(1, int(n*bursts))
			return nil
		})
	}
	add("request-rate", "`requests` a second from one client address, bursts of 5 s aside; -1 is no limit (default 100)",
		&l.RequestRate, &l.RequestBurst, 100, 5)
	add("inbox-rate", "`inboxes` made a second from one client address, bursts of 20 s aside; -1 is no limit (default 5)",
		&l.InboxRate, &l.InboxBurst, 5, 20)
	add("password-rate", "wrong `passwords` a second from one client address and for one inbox, bursts of 100 s aside;\n-1 is no limit (default 0.2)",
		&l.PasswordRate, &l.PasswordBurst, 0.2, 100)
}

// check finds what no single flag could know.
func (c *serveConfig) check() error {
	_, port, err := net.SplitHostPort(c.bind)
	if err != nil || port == "" {
		return usagef("-bind %q is not an address; write HOST:PORT, for example 0.0.0.0:3000 or :3000", c.bind)
	}
	if _, err := net.LookupPort("tcp", port); err != nil {
		return usagef("-bind %q: there is no port %q; choose one from 1 to 65535, or 0 for a free one", c.bind, port)
	}
	if len(c.corsOrigins) > 0 && !c.cors {
		return usagef("-cors-origin needs -cors")
	}
	for _, origin := range c.corsOrigins {
		if !isOrigin(origin) {
			return usagef("-cors-origin %q is not an origin; write it like https://example.org or http://localhost:8080", origin)
		}
	}
	if c.receive == "" && (c.split.Duration > 0 || c.keep.Duration > 0) {
		return usagef("-split and -keep are for -receive")
	}
	c.camera = c.shares.value
	return c.cameraConfig.check()
}

// isOrigin reports whether text is what browsers send as the Origin of a page
// (RFC 6454, section 6.2); a slash behind it does no harm.
func isOrigin(text string) bool {
	u, err := url.Parse(strings.TrimSuffix(text, "/"))
	return err == nil && u.Hostname() != "" && u.Scheme+"://"+u.Host == strings.TrimSuffix(text, "/")
}
