// Package tlsport lets a port that speaks TLS tell plain HTTP where to go.
//
//	connection -> first byte -> 0x16, a TLS handshake: out of Accept, the byte included
//	                         -> else: answered as HTTP, with a redirect to https, and closed
//
// [NewListener] is all of it.
package tlsport

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

const (
	handshake   = 0x16            // ContentType handshake (RFC 8446, section 5.1)
	undecided   = 1024            // connections that may be silent at once
	patience    = 5 * time.Second // for a first byte, and for a plain request
	requestSize = 8 << 10         // bytes of a plain request that are parsed
	lingerSize  = 1 << 20         // bytes after it that are read and dropped
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
	defer t.close() // l may be closed behind our back: Accept must not wait for more
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
		linger(c)
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

// linger reads what the client goes on sending until it has closed its side.
// Closing with bytes unread would reset the connection, and the answer with it.
func linger(c net.Conn) {
	if half, ok := c.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		io.CopyN(io.Discard, c, lingerSize)
	}
}
