package tlsport

import (
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener of in-memory connections, for tests in a bubble. A
// bubble also fails when goroutines outlive it.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes {
	return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (p *pipes) dial() net.Conn {
	client, server := net.Pipe()
	p.conns <- server
	return client
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

// isClosedAfter waits until c ends, which must be d from now.
func isClosedAfter(t *testing.T, c net.Conn, d time.Duration) {
	t.Helper()
	start := time.Now()
	if _, err := io.Copy(io.Discard, c); err != nil {
		t.Error(err)
	}
	if after := time.Since(start); after != d {
		t.Errorf("closed after %v, want %v", after, d)
	}
}

func TestPatience(t *testing.T) {
	for name, sent := range map[string]string{"silent": "", "half a request": "GET / HT"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newPipes()
				port := NewListener(l)
				defer port.Close()
				c := l.dial()
				if _, err := io.WriteString(c, sent); err != nil {
					t.Fatal(err)
				}
				isClosedAfter(t, c, patience)
			})
		})
	}
}

// TestHandshakeHasNoDeadline leaves the rest of a handshake's time to the server.
func TestHandshakeHasNoDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newPipes()
		port := NewListener(l)
		defer port.Close()
		client := l.dial()
		defer client.Close()
		if _, err := client.Write([]byte{handshake}); err != nil {
			t.Fatal(err)
		}
		accepted, err := port.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer accepted.Close()
		time.AfterFunc(2*patience, func() { client.Write([]byte{3}) })
		if _, err := io.ReadFull(accepted, make([]byte, 2)); err != nil {
			t.Error(err)
		}
	})
}

// TestTooManyUndecided drops the newest of too many silent connections, and
// takes new ones again when one of them has spoken.
func TestTooManyUndecided(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newPipes()
		port := NewListener(l)
		defer port.Close()
		oldest := l.dial()
		defer oldest.Close()
		for range undecided - 1 {
			defer l.dial().Close()
		}
		isClosedAfter(t, l.dial(), 0)
		if _, err := oldest.Write([]byte{handshake}); err != nil {
			t.Fatal(err)
		}
		accepted, err := port.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer accepted.Close()
		synctest.Wait()
		isClosedAfter(t, l.dial(), patience)
	})
}

// TestCloseEndsAll closes while connections are silent and one waits for Accept.
func TestCloseEndsAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newPipes()
		port := NewListener(l)
		silent, waiting := l.dial(), l.dial()
		if _, err := waiting.Write([]byte{handshake}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if err := port.Close(); err != nil {
			t.Error(err)
		}
		isClosedAfter(t, silent, 0)
		isClosedAfter(t, waiting, 0)
	})
}

// TestCloseWaits has an Accept that takes its time to end.
func TestCloseWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		port := NewListener(lingering{newPipes()})
		start := time.Now()
		port.Close()
		if waited := time.Since(start); waited != time.Second {
			t.Errorf("Close waited %v for Accept to end, want 1s", waited)
		}
	})
}

// lingering is a listener whose Accept fails a second after Close.
type lingering struct{ *pipes }

func (l lingering) Accept() (net.Conn, error) {
	c, err := l.pipes.Accept()
	if err != nil {
		<-time.After(time.Second)
	}
	return c, err
}

// TestInnerListenerCloses ends Accept when the listener below is closed by another.
func TestInnerListenerCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newPipes()
		port := NewListener(l)
		silent := l.dial()
		l.Close()
		if _, err := port.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Accept: %v, want %v", err, net.ErrClosed)
		}
		isClosedAfter(t, silent, 0)
		port.Close()
	})
}

// TestAcceptError passes an error on, and goes on for a caller that does.
func TestAcceptError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &failing{pipes: newPipes(), err: errors.New("too many open files")}
		port := NewListener(l)
		defer port.Close()
		if _, err := port.Accept(); !errors.Is(err, l.err) {
			t.Errorf("Accept: %v, want %v", err, l.err)
		}
		client := l.dial()
		defer client.Close()
		if _, err := client.Write([]byte{handshake}); err != nil {
			t.Fatal(err)
		}
		accepted, err := port.Accept()
		if err != nil {
			t.Fatal(err)
		}
		accepted.Close()
	})
}

// failing is a listener whose first Accept fails.
type failing struct {
	*pipes
	err  error
	once sync.Once
}

func (f *failing) Accept() (c net.Conn, err error) {
	f.once.Do(func() { err = f.err })
	if err != nil {
		return nil, err
	}
	return f.pipes.Accept()
}
