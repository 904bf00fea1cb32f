package signaling_test

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"inbox/signaling"
)

// An HTTP/2 connection that dies without a word, as when a machine changes
// networks, is noticed and replaced, for streams and for sends.
func TestClientDeadConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := newPipeNetwork()
		var protocols http.Protocols
		protocols.SetUnencryptedHTTP2(true)
		server := &http.Server{Handler: newMailbox(), Protocols: &protocols}
		go server.Serve(network)
		defer server.Close()
		transport := signaling.NewTransport()
		transport.DialContext = network.dial
		transport.Protocols = &protocols
		defer transport.CloseIdleConnections()
		client := &signaling.Client{
			URL:         "http://server.example",
			Credentials: signaling.Credentials{ID: "alone", Password: "password"},
			HTTP:        &http.Client{Transport: transport},
		}
		next := make(chan string)
		go func() {
			for m, err := range client.Messages(t.Context()) {
				if err != nil {
					return
				}
				next <- string(m.Body)
			}
		}()
		synctest.Wait()
		exchange := func(body string) {
			start := time.Now()
			if err := client.Send(t.Context(), "alone", []byte(body)); err != nil {
				t.Fatal(err)
			}
			if got := <-next; got != body {
				t.Errorf("got %q, want %q", got, body)
			}
			if took := time.Since(start); took > 30*time.Second {
				t.Errorf("%q took %v", body, took)
			}
		}
		exchange("before")
		network.kill()
		exchange("after")
	})
}

// pipeNetwork connects a client and a server within a synctest bubble. It is
// the server's net.Listener.
type pipeNetwork struct {
	accept chan net.Conn
	closed chan struct{}
	once   sync.Once

	mu    sync.Mutex
	conns []*mortalConn
}

func newPipeNetwork() *pipeNetwork {
	return &pipeNetwork{accept: make(chan net.Conn), closed: make(chan struct{})}
}

func (p *pipeNetwork) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	conn := &mortalConn{Conn: client, dead: make(chan struct{}), closed: make(chan struct{})}
	p.mu.Lock()
	p.conns = append(p.conns, conn)
	p.mu.Unlock()
	select {
	case p.accept <- server:
		return conn, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// kill makes the connections that there are dead.
func (p *pipeNetwork) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, conn := range p.conns {
		close(conn.dead)
	}
	p.conns = nil
}

func (p *pipeNetwork) Accept() (net.Conn, error) {
	select {
	case conn := <-p.accept:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipeNetwork) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipeNetwork) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

// mortalConn is a client's connection that takes everything and gives nothing
// once it is dead.
type mortalConn struct {
	net.Conn
	dead   chan struct{}
	closed chan struct{}
	once   sync.Once
}

func (c *mortalConn) isDead() bool {
	select {
	case <-c.dead:
		return true
	default:
		return false
	}
}

func (c *mortalConn) Write(p []byte) (int, error) {
	if c.isDead() {
		return len(p), nil
	}
	return c.Conn.Write(p)
}

func (c *mortalConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if c.isDead() {
		<-c.closed
		return 0, net.ErrClosed
	}
	return n, err
}

func (c *mortalConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}
