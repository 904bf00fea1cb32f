package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"inbox/signaling"
)

// peer is one client of the server. On a connection of its own it writes its
// requests by hand: a load generator beside the server should leave it the
// processor. With shared set it is one of many users of that client.
type peer struct {
	shared  *http.Client
	library *signaling.Client // makes all requests, if it is set

	host string // host:port
	id   string
	conn net.Conn // nil before the first request, and after an answer that ended the connection
	in   *bufio.Reader
	stop func() bool // keeps ctx from closing conn
	last string      // cursor of the stream
}

// do sends a request and returns the answer, whose body the caller must read.
func (p *peer) do(ctx context.Context, method, query, headers string, body []byte) (*http.Response, error) {
	if p.shared != nil {
		return p.doShared(ctx, method, query, headers, body)
	}
	if p.conn == nil {
		var d net.Dialer
		conn, err := d.DialContext(ctx, "tcp", p.host)
		if err != nil {
			return nil, err
		}
		p.conn, p.in = conn, bufio.NewReader(conn)
		p.stop = context.AfterFunc(ctx, func() { conn.Close() })
	}
	credentials := base64.StdEncoding.EncodeToString([]byte(p.id + ":secret"))
	req := fmt.Appendf(make([]byte, 0, 512+len(body)),
		"%s /inbox%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Basic %s\r\n%sContent-Length: %d\r\n\r\n",
		method, query, p.host, credentials, headers, len(body))
	if _, err := p.conn.Write(append(req, body...)); err != nil {
		return nil, err
	}
	return http.ReadResponse(p.in, nil)
}

// doShared does the same by net/http's client.
func (p *peer) doShared(ctx context.Context, method, query, headers string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+p.host+"/inbox"+query, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.SetBasicAuth(p.id, "secret")
	for line := range strings.Lines(headers) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		req.Header.Set(name, value)
	}
	return p.shared.Do(req)
}

// done ends an answer, and the connection if the answer says so.
func (p *peer) done(resp *http.Response) {
	resp.Body.Close()
	if resp.Close && p.shared == nil {
		p.stop()
		p.conn.Close()
		p.conn = nil
	}
}

// post sends body and returns the status.
func (p *peer) post(ctx context.Context, to string, body []byte) (int, error) {
	if p.library != nil {
		err := p.library.Send(ctx, to, body)
		if errors.Is(err, signaling.ErrNotFound) {
			return http.StatusNotFound, nil
		}
		return http.StatusOK, err
	}
	resp, err := p.do(ctx, "POST", "?to="+to, "", body)
	if err != nil {
		return 0, err
	}
	defer p.done(resp)
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

// get makes one GET and returns the message, nil if there was none.
func (p *peer) get(ctx context.Context) ([]byte, error) {
	resp, err := p.do(ctx, "GET", "", "", nil)
	if err != nil {
		return nil, err
	}
	defer p.done(resp)
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusNoContent {
		return nil, fmt.Errorf("GET: %s", resp.Status)
	}
	if resp.Header.Get("X-From") == "" {
		return nil, nil
	}
	return body, nil
}

// poll reads messages by one GET after the other and hands them to got, until
// ctx ends.
func (p *peer) poll(ctx context.Context, got func([]byte)) error {
	for ctx.Err() == nil {
		body, err := p.get(ctx)
		if err != nil {
			return err
		}
		if body != nil {
			got(body)
		}
	}
	return ctx.Err()
}

// stream reads messages from one event stream after the other, as poll does.
func (p *peer) stream(ctx context.Context, got func([]byte)) error {
	p.last = "0"
	for ctx.Err() == nil {
		resp, err := p.do(ctx, "GET", "", "Accept: text/event-stream\r\nLast-Event-ID: "+p.last+"\r\n", nil)
		if err != nil {
			return err
		}
		err = p.events(resp, got)
		p.done(resp)
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// events takes the bodies out of a stream's data; those of this program have
// nothing in them that JSON would escape.
func (p *peer) events(resp *http.Response, got func([]byte)) error {
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("stream: %s", resp.Status)
	}
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		line := lines.Bytes()
		if id, ok := bytes.CutPrefix(line, []byte("id: ")); ok {
			p.last = string(id)
		}
		if !bytes.HasPrefix(line, []byte("data: ")) {
			continue
		}
		_, body, found := bytes.Cut(line, []byte(`"body":"`))
		if found {
			got(body[:max(0, len(body)-len(`"}`))])
		}
	}
	return lines.Err()
}

// messages reads messages by the client of package signaling, as poll does.
func (p *peer) messages(ctx context.Context, got func([]byte)) error {
	for m, err := range p.library.Messages(ctx) {
		if err != nil {
			return err
		}
		got(m.Body)
	}
	return ctx.Err()
}

func (v *server) peer(id string) *peer {
	return &peer{shared: v.client, host: strings.TrimPrefix(v.base, "http://"), id: id}
}

// pairedPeer is one of those whose messages are measured.
func (v *server) pairedPeer(id string) *peer {
	p := v.peer(id)
	if v.library {
		p.library = &signaling.Client{URL: v.base, Credentials: signaling.Credentials{ID: id, Password: "secret"}}
	}
	return p
}

// reader returns what reads p's messages.
func (v *server) reader(p *peer) func(context.Context, func([]byte)) error {
	switch {
	case v.library:
		return p.messages
	case v.stream:
		return p.stream
	}
	return p.poll
}
