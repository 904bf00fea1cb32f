package main

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"inbox/peer"
	"inbox/signaling"
)

// atHome is the name under which the identity of the server's own camera is
// kept: its link stays good when the machine's addresses change.
const atHome = "serve"

// servedCamera is a camera that the server has itself.
type servedCamera struct {
	config *cameraConfig
	who    meeting
	client *http.Client
	link   peer.Link
}

// tooMany says that serve takes no words.
func tooMany(word string, camera bool) error {
	if camera {
		return usagef("%q is one word too many; to name a camera write -camera=%s", word, word)
	}
	return usagef("%q is one word too many; 'inbox help serve' explains", word)
}

// newServedCamera returns the camera that the flags want, nil if they want none.
// It meets its viewers through the server's own mailbox, like any other.
func newServedCamera(c *serveConfig, bound net.Addr, cert *certificate, log *slog.Logger) (*servedCamera, error) {
	if !c.shares.set && c.source == "" {
		return nil, nil
	}
	own, err := c.identity(c.state, atHome, log)
	if err != nil {
		return nil, err
	}
	m := c.meetingAtHome(own)
	urls, _ := addressesToOpen(c, bound)
	return &servedCamera{&c.cameraConfig, m, ownClient(bound, cert), m.link(strings.TrimSuffix(urls[0], "/"))}, nil
}

// run shares the camera until ctx ends. What it ends with does not end the
// server: it is tried again, unless its film is over. What cannot be a camera is
// an error.
func (s *servedCamera) run(ctx context.Context, log *slog.Logger) error {
	video, err := s.config.open(ctx, log)
	if err != nil {
		return err
	}
	defer s.client.CloseIdleConnections() // else the server would wait a second for them to go
	camera := s.config.share(video, s.who, s.client, log)
	for {
		err := s.config.run(ctx, camera)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case peer.HasEnded(err):
			log.Info("the camera's source has ended; the server goes on", "error", err)
			return nil
		}
		log.Error("the camera ended; it begins again in a while", "error", err, "after", again)
		select {
		case <-time.After(again):
		case <-ctx.Done():
		}
	}
}

// errStranger says that something else answers on the server's own port.
var errStranger = errors.New("the certificate is not this server's own")

// ownClient reaches the server that runs in this process, whatever it is bound
// to and whatever certificate it has.
func ownClient(bound net.Addr, cert *certificate) *http.Client {
	transport := signaling.NewTransport()
	transport.Proxy = nil
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, throughLoopback(bound))
	}
	if cert.leaf != nil {
		// The one certificate to expect is known, so its names do not count.
		transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true, VerifyConnection: func(s tls.ConnectionState) error {
			if !s.PeerCertificates[0].Equal(cert.leaf()) {
				return errStranger
			}
			return nil
		}}
	}
	return &http.Client{Transport: transport}
}

// throughLoopback is the address at which this machine reaches a listener.
func throughLoopback(bound net.Addr) string {
	host, port, err := net.SplitHostPort(bound.String())
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}
