package peer

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/pion/ice/v4"
)

const (
	// addressesEvery is how often this machine's addresses are looked at.
	addressesEvery = time.Second
	// writeBuffer holds a key frame for each of many viewers.
	writeBuffer = 4 << 20
)

// errNoAddress says that a candidate's address has no socket.
var errNoAddress = errors.New("no socket has this address")

// sockets is the [ice.UDPMux] over one socket on each of this machine's
// addresses. New ones may come at any time: sessions that begin, or look for
// another way, use them. Those of addresses that went away stay open, for the
// sessions that have them and because addresses come back.
type sockets struct {
	bundles *bundling
	port    int // 0: a free one on each address

	mu      sync.Mutex
	muxes   map[netip.Addr]ice.UDPMux
	present []netip.Addr
}

// use makes these the present addresses, and reports whether others were before.
func (s *sockets) use(addresses []netip.Addr) (changed bool, err error) {
	var usable []netip.Addr
	var trouble []error
	for _, a := range addresses {
		if err := s.listen(a); err != nil {
			trouble = append(trouble, err)
			continue
		}
		usable = append(usable, a)
	}
	slices.SortFunc(usable, netip.Addr.Compare)
	s.mu.Lock()
	defer s.mu.Unlock()
	changed = !slices.Equal(s.present, usable)
	s.present = usable
	if len(usable) == 0 && len(addresses) > 0 {
		return changed, fmt.Errorf("UDP port %d for media: %w; choose another with -udp-port", s.port, trouble[0])
	}
	return changed, nil
}

// listen opens the socket on an address, if there is none. One goroutine calls it.
func (s *sockets) listen(a netip.Addr) error {
	s.mu.Lock()
	known := s.muxes[a] != nil
	s.mu.Unlock()
	if known {
		return nil
	}
	c, err := s.bundles.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(a, uint16(s.port))))
	if err != nil {
		return err
	}
	_ = c.SetWriteBuffer(writeBuffer) // as much as the system allows
	mux := ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: c, Net: s.bundles, Logger: quiet{}.NewLogger("")})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.muxes[a] = mux
	return nil
}

// addresses are the present ones.
func (s *sockets) addresses() []netip.Addr {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.present // it is replaced, never changed
}

// all are the sockets that were ever opened.
func (s *sockets) all() []ice.UDPMux {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.muxes))
}

// GetConn implements [ice.UDPMux].
func (s *sockets) GetConn(ufrag string, address net.Addr) (net.PacketConn, error) {
	a, err := netip.ParseAddrPort(address.String())
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	mux := s.muxes[a.Addr().Unmap().WithZone("")]
	s.mu.Unlock()
	if mux == nil {
		return nil, fmt.Errorf("%w: %v", errNoAddress, address)
	}
	return mux.GetConn(ufrag, address)
}

// RemoveConnByUfrag implements [ice.UDPMux].
func (s *sockets) RemoveConnByUfrag(ufrag string) {
	for _, mux := range s.all() {
		mux.RemoveConnByUfrag(ufrag)
	}
}

// GetListenAddresses implements [ice.UDPMux]: the present ones.
func (s *sockets) GetListenAddresses() (addresses []net.Addr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.present {
		addresses = append(addresses, s.muxes[a].GetListenAddresses()...)
	}
	return addresses
}

// Close implements [ice.UDPMux].
func (s *sockets) Close() error {
	var trouble []error
	for _, mux := range s.all() {
		trouble = append(trouble, mux.Close())
	}
	return errors.Join(trouble...)
}

// follow takes the addresses that this machine has now, and reports whether they are others.
func (w *network) follow(log *slog.Logger) bool {
	if w.sockets == nil {
		return false // a test has its own network
	}
	changed, err := w.sockets.use(w.addresses())
	if err != nil {
		log.Debug("no socket on this machine's new addresses", "error", err)
	}
	if changed {
		log.Debug("this machine's addresses have changed", "addresses", w.sockets.addresses())
	}
	return changed
}
