package peer

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"

	"github.com/pion/transport/v4"
	"github.com/pion/transport/v4/stdnet"
)

const (
	// maxSegments and maxBundle are how many datagrams, and bytes of them, Linux takes at once.
	maxSegments = 64
	maxBundle   = 65_000
	// fullPacket is a size that only the packets of pictures have.
	fullPacket = 1000
)

// bundling is a network whose UDP sockets send the packets of one picture to one
// viewer in one system call, where the system can (Linux's UDP_SEGMENT): the
// calls are a third of what a viewer costs (go run ./bench/viewers).
type bundling struct {
	*stdnet.Net
	held    atomic.Int32 // pumps at work
	sockets []*bundler
}

func newBundling() (*bundling, error) {
	n, err := stdnet.NewNet()
	if err != nil {
		return nil, err
	}
	return &bundling{Net: n}, nil
}

// ListenUDP implements [transport.Net].
func (b *bundling) ListenUDP(network string, address *net.UDPAddr) (transport.UDPConn, error) {
	c, err := net.ListenUDP(network, address)
	if err != nil || !canSegment {
		return c, err
	}
	s := &bundler{UDPConn: c, held: &b.held, pending: make(map[netip.AddrPort]*bundle)}
	b.sockets = append(b.sockets, s)
	return s, nil
}

// hold says that packets of pictures follow, which may wait for each other until
// release. Without it nothing waits.
func (b *bundling) hold() {
	if b != nil {
		b.held.Add(1)
	}
}

// release sends what waits.
func (b *bundling) release() {
	if b == nil {
		return
	}
	b.held.Add(-1)
	for _, s := range b.sockets {
		s.flush()
	}
}

// bundler is one such socket.
type bundler struct {
	*net.UDPConn
	held   *atomic.Int32
	single atomic.Bool // the way does not take bundles after all

	mu      sync.Mutex
	pending map[netip.AddrPort]*bundle
	spare   []*bundle
}

// bundle is datagrams of one size, of which the last may be smaller.
type bundle struct {
	to   netip.AddrPort
	size int
	data []byte
}

// ReadFromAddrPort implements ice.AddrPortReaderWriter.
func (s *bundler) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	return s.ReadFromUDPAddrPort(b)
}

// WriteToAddrPort implements ice.AddrPortReaderWriter. An error of a datagram
// that waits is that of one which got lost.
func (s *bundler) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	if s.held.Load() == 0 || s.single.Load() || !isPicture(b) {
		return s.WriteToUDPAddrPort(b, to)
	}
	for _, full := range s.add(b, to) {
		s.send(full)
	}
	return len(b), nil
}

// isPicture reports whether a packet belongs to a picture, and others of it may
// be on their way: RTP (RFC 7983) of full size, or the last packet of a frame.
func isPicture(b []byte) bool {
	const version, marker = 0x80, 0x80
	return len(b) > 12 && b[0]&0xc0 == version && (len(b) >= fullPacket && b[1]&0x7f >= 96 || b[1]&marker != 0 && b[1]&0x7f >= 96)
}

// add puts a datagram into its viewer's bundle, and returns what is to be sent now.
func (s *bundler) add(b []byte, to netip.AddrPort) (full []*bundle) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.pending[to]
	if p != nil && (len(b) > p.size || len(p.data)%p.size != 0 || len(p.data)+len(b) > maxBundle || len(p.data) >= maxSegments*p.size) {
		full = append(full, p)
		p = nil
	}
	if p == nil {
		p = s.fresh()
		p.to, p.size = to, len(b)
		s.pending[to] = p
	}
	p.data = append(p.data, b...)
	if last := b[1]&0x80 != 0; last {
		delete(s.pending, to)
		full = append(full, p)
	}
	return full
}

// fresh returns an empty bundle.
func (s *bundler) fresh() *bundle {
	if n := len(s.spare); n > 0 {
		p := s.spare[n-1]
		s.spare = s.spare[:n-1]
		return p
	}
	return &bundle{}
}

// flush sends what waits for packets that have not come.
func (s *bundler) flush() {
	s.mu.Lock()
	var all []*bundle
	for to, p := range s.pending {
		delete(s.pending, to)
		all = append(all, p)
	}
	s.mu.Unlock()
	for _, p := range all {
		s.send(p)
	}
}

// send sends a bundle in one call, or in as many as it takes.
func (s *bundler) send(p *bundle) {
	if len(p.data) <= p.size || s.single.Load() || !s.segment(p) {
		for rest := p.data; len(rest) > 0; {
			n := min(p.size, len(rest))
			_, _ = s.WriteToUDPAddrPort(rest[:n], p.to) // what is lost is asked for again
			rest = rest[n:]
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p.data = p.data[:0]
	s.spare = append(s.spare, p)
}
