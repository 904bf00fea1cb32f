package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// newHTTP makes a client that keeps a connection for each of its users.
func newHTTP() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4096, DisableCompression: true}}
}

// peer is one client of the server.
type peer struct {
	http *http.Client
	base string
	id   string
	last string // cursor of the stream
}

func (p *peer) request(ctx context.Context, method, query string, body []byte) *http.Request {
	req, err := http.NewRequestWithContext(ctx, method, p.base+"/inbox"+query, bytes.NewReader(body))
	if err != nil {
		panic(err) // the address is our own
	}
	req.SetBasicAuth(p.id, "secret")
	return req
}

// post sends body and returns the status.
func (p *peer) post(ctx context.Context, to string, body []byte) (int, error) {
	resp, err := p.http.Do(p.request(ctx, "POST", "?to="+to, body))
	if err != nil {
		return 0, err
	}
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	return resp.StatusCode, nil
}

// poll reads messages by one GET after the other and hands them to got, until
// ctx ends.
func (p *peer) poll(ctx context.Context, got func([]byte)) error {
	for ctx.Err() == nil {
		resp, err := p.http.Do(p.request(ctx, "GET", "", nil))
		if err != nil {
			return err
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			return err
		}
		if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusNoContent {
			return fmt.Errorf("GET: %s", resp.Status)
		}
		if resp.Header.Get("X-From") != "" {
			got(body)
		}
	}
	return ctx.Err()
}

// stream reads messages from one event stream after the other, as poll does.
func (p *peer) stream(ctx context.Context, got func([]byte)) error {
	p.last = "0"
	for ctx.Err() == nil {
		req := p.request(ctx, "GET", "", nil)
		req.Header.Set("Accept", "text/event-stream")
		req.Header.Set("Last-Event-ID", p.last)
		resp, err := p.http.Do(req)
		if err != nil {
			return err
		}
		err = p.events(resp, got)
		resp.Body.Close()
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (p *peer) events(resp *http.Response, got func([]byte)) error {
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("stream: %s", resp.Status)
	}
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		if id, ok := strings.CutPrefix(line, "id:"); ok {
			p.last = strings.TrimSpace(id)
		}
		if data, ok := strings.CutPrefix(line, "data:"); ok {
			var m struct{ Body string }
			if err := json.Unmarshal([]byte(data), &m); err != nil {
				return err
			}
			got([]byte(m.Body))
		}
	}
	return lines.Err()
}
