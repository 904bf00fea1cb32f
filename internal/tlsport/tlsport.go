// Package tlsport lets a port that speaks TLS tell plain HTTP where to go.
//
//	connection -> first byte -> 0x16, a TLS handshake: out of Accept, the byte included
//	                         -> else: answered as HTTP, with a redirect to https, and closed
//
// [NewListener] is all of it.
package tlsport

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	handshake   = 0x16            // ContentType handshake (RFC 8446, section 5.1)
	undecided   = 1024            // connections that may be silent at once
	patience    = 5 * time.Second // for a first byte, and for a plain request
	requestSize = 8 << 10         // bytes of a plain request that are read
)

// listener gives the TLS connections of another listener.
type listener struct {
	net.Listener
	ctx   context.Context // ends when the listener is closed
	close context.CancelFunc
	tls   chan net.Conn
	errs  chan error // of the inner Accept
	slots chan struct{}
	conns sync.WaitGroup
}

// NewListener returns a listener whose Accept returns those connections of l
// that begin a TLS handshake. It owns l. Close ends the connections that have
// not said yet what they speak, and waits for its goroutines.
func NewListener(l net.Listener) net.Listener {
	ctx, cancel := context.WithCancel(context.Background())
	t := &listener{
		Listener: l,
		ctx:      ctx,
		close:    cancel,
		tls:      make(chan net.Conn),
		errs:     make(chan error),
		slots:    make(chan struct{}, undecided),
	}
	t.conns.Go(t.accept)
	return t
}

// Accept implements [net.Listener].
func (t *listener) Accept() (net.Conn, error) {
	select {
	case c := <-t.tls:
		return c, nil
	case err := <-t.errs:
		return nil, err
	case <-t.ctx.Done():
		return nil, net.ErrClosed
	}
}

// Close implements [net.Listener].
func (t *listener) Close() error {
	t.close()
	err := t.Listener.Close()
	t.conns.Wait()
	return err
}

// accept takes every connection, and sorts each in a goroutine of its own, so
// that a silent one holds up no other.
func (t *listener) accept() {
	for {
		c, err := t.Listener.Accept()
		if errors.Is(err, net.ErrClosed) || t.ctx.Err() != nil {
			return
		}
		if err != nil {
			// Too many open files, for one: the caller knows whether to go on.
			select {
			case t.errs <- err:
				continue
			case <-t.ctx.Done():
				return
			}
		}
		select {
		case t.slots <- struct{}{}:
			t.conns.Go(func() { t.sort(c) })
		default:
			c.Close() // too many are silent already
		}
	}
}

// sort hands c to Accept if it speaks TLS, and answers it otherwise.
func (t *listener) sort(c net.Conn) {
	defer func() { <-t.slots }()
	stop := context.AfterFunc(t.ctx, func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	first := make([]byte, 1)
	if _, err := io.ReadFull(c, first); err != nil {
		stop()
		c.Close()
		return
	}
	replayed := &conn{Conn: c, first: first}
	if first[0] != handshake {
		answer(c, replayed)
		stop()
		c.Close()
		return
	}
	if !stop() {
		return // the listener was closed, and c with it
	}
	c.SetDeadline(time.Time{})
	select {
	case t.tls <- replayed:
	case <-t.ctx.Done():
		c.Close()
	}
}

// conn is a connection whose first byte was read already.
type conn struct {
	net.Conn
	first []byte
}

func (c *conn) Read(p []byte) (int, error) {
	if len(c.first) == 0 || len(p) == 0 {
		return c.Conn.Read(p)
	}
	n := copy(p, c.first)
	c.first = c.first[n:]
	return n, nil
}

// answer reads one plain request from r and tells the client to use HTTPS.
func answer(w io.Writer, r io.Reader) {
	req, err := http.ReadRequest(bufio.NewReader(io.LimitReader(r, requestSize)))
	if err != nil || !isHost(req.Host) {
		respond(w, http.StatusBadRequest, "", "this port speaks HTTPS: open https:// and this address")
		return
	}
	location := "https://" + req.Host + req.URL.EscapedPath()
	if req.URL.RawQuery != "" {
		location += "?" + req.URL.RawQuery
	}
	if !isPlain(location) || req.URL.Path == "" || req.URL.Path[0] != '/' {
		location = "https://" + req.Host + "/"
	}
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		respond(w, http.StatusBadRequest, "", "this port speaks HTTPS: use https://"+req.Host)
		return
	}
	respond(w, http.StatusPermanentRedirect, location, "this port speaks HTTPS: "+location)
}

func respond(w io.Writer, status int, location, line string) {
	fmt.Fprintf(w, "HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n", status, http.StatusText(status))
	if location != "" {
		fmt.Fprintf(w, "Location: %s\r\n", location)
	}
	fmt.Fprintf(w, "Content-Length: %d\r\n\r\n%s\n", len(line)+1, line)
}

// isHost reports whether host can stand in a URL: letters, digits and .-:[]
func isHost(host string) bool {
	for i := range len(host) {
		c := host[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			continue
		}
		if c != '.' && c != '-' && c != ':' && c != '[' && c != ']' && c != '_' {
			return false
		}
	}
	return host != "" && len(host) <= 256
}

// isPlain reports whether s is printable ASCII, fit for a header.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
