package signaling_test

import (
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// faultyProxy passes TCP connections on to a server, and delays, cuts and
// resets them at random.
type faultyProxy struct {
	listener net.Listener
	server   string
	running  sync.WaitGroup

	mu     sync.Mutex
	random *rand.Rand
	open   map[net.Conn]bool // nil once the proxy is closed

	delays, cuts, resets, halves atomic.Int64
}

func startFaultyProxy(t *testing.T, server string, seed uint64) *faultyProxy {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &faultyProxy{
		listener: listener,
		server:   server,
		random:   rand.New(rand.NewPCG(seed, 0)),
		open:     make(map[net.Conn]bool),
	}
	p.running.Go(p.accept)
	t.Cleanup(p.close)
	return p
}

func (p *faultyProxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.running.Go(func() { p.serve(client) })
	}
}

func (p *faultyProxy) close() {
	p.listener.Close()
	p.mu.Lock()
	for conn := range p.open {
		conn.Close()
	}
	p.open = nil
	p.mu.Unlock()
	p.running.Wait()
}

// intn is a random number from 0 to n-1.
func (p *faultyProxy) intn(n int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.random.IntN(n)
}

// keep has conn closed with the proxy. It reports false if that is closed.
func (p *faultyProxy) keep(conn net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open == nil {
		conn.Close()
		return false
	}
	p.open[conn] = true
	return true
}

func (p *faultyProxy) drop(conn net.Conn) {
	conn.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.open, conn)
}

// serve passes one connection on until one of its ends closes it, or as many
// bytes have passed in both directions as it was given at random.
func (p *faultyProxy) serve(client net.Conn) {
	if !p.keep(client) {
		return
	}
	defer p.drop(client)
	server, err := net.Dial("tcp", p.server)
	if err != nil || !p.keep(server) {
		return
	}
	defer p.drop(server)

	var left atomic.Int64
	left.Store(int64(p.intn(20_000)))
	ended := make(chan struct{}, 2)
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{client, server}, {server, client}} {
		both.Go(func() {
			p.pass(way[0], way[1], &left)
			ended <- struct{}{}
		})
	}
	<-ended
	if left.Load() < 0 {
		p.fault(client, server)
	}
	client.Close()
	server.Close()
	both.Wait()
}

// pass copies one direction of a connection. What it has read when left runs
// out is passed on in part.
func (p *faultyProxy) pass(from, to net.Conn, left *atomic.Int64) {
	buffer := make([]byte, 4096)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		if p.intn(100) == 0 {
			p.delays.Add(1)
			time.Sleep(time.Duration(p.intn(20)) * time.Millisecond) // the delay is what is tested
		}
		over := -left.Add(int64(-n))
		if over > 0 {
			n = max(0, n-int(over))
		}
		if _, err := to.Write(buffer[:n]); err != nil || over > 0 {
			return
		}
	}
}

// fault ends a connection in one of the ways in which connections end.
func (p *faultyProxy) fault(client, server net.Conn) {
	switch p.intn(3) {
	case 0:
		p.cuts.Add(1)
	case 1:
		p.resets.Add(1)
		client.(*net.TCPConn).SetLinger(0)
		server.(*net.TCPConn).SetLinger(0)
	case 2:
		// The client is gone, and the server does not know it for a while.
		p.halves.Add(1)
		client.(*net.TCPConn).SetLinger(0)
		client.Close()
		time.Sleep(time.Duration(p.intn(200)) * time.Millisecond)
	}
}
