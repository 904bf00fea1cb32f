package peer

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"time"

	"github.com/pion/ice/v4"
)

const (
	// addressesEvery is how often this machine's addresses are looked at.
	addressesEvery = 2 * time.Second
	// writeBuffer holds a key frame for each of many viewers.
	writeBuffer = 4 << 20
)

// refresh opens sockets on the addresses that are new, for the sessions to come.
// Those of addresses that went away stay open, for the sessions that have them
// and because addresses come back. It is for the goroutine that makes sessions.
func (w *network) refresh() error {
	if w.muxes == nil {
		return nil
	}
	present := w.addresses()
	var muxes []ice.UDPMux
	var trouble []error
	for _, a := range present {
		mux, err := w.mux(a)
		if err != nil {
			trouble = append(trouble, err)
			continue
		}
		muxes = append(muxes, mux)
	}
	if len(muxes) == 0 && len(present) > 0 {
		return fmt.Errorf("UDP port %d for media: %w; choose another with -udp-port", w.port, errors.Join(trouble...))
	}
	w.settings.SetIncludeLoopbackCandidate(slices.ContainsFunc(present, netip.Addr.IsLoopback))
	w.settings.SetICEUDPMux(ice.NewMultiUDPMuxDefault(muxes...))
	return nil
}

// follow refreshes what may have changed since.
func (w *network) follow(log *slog.Logger) {
	if err := w.refresh(); err != nil {
		log.Debug("no socket on this machine's new addresses", "error", err)
	}
}

// mux is that of the socket on an address.
func (w *network) mux(a netip.Addr) (ice.UDPMux, error) {
	if mux := w.muxes[a]; mux != nil {
		return mux, nil
	}
	c, err := w.bundles.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(a, uint16(w.port))))
	if err != nil {
		return nil, err
	}
	_ = c.SetWriteBuffer(writeBuffer) // as much as the system allows
	mux := ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: c, Net: w.bundles, Logger: quiet{}.NewLogger("")})
	w.muxes[a] = mux
	return mux, nil
}

func (w *network) closeMuxes() error {
	var trouble []error
	for a, mux := range w.muxes {
		trouble = append(trouble, mux.Close())
		delete(w.muxes, a)
	}
	return errors.Join(trouble...)
}
