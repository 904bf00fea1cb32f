package signaling

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// addressEvery is how often a connection's own address is looked at.
const addressEvery = time.Second

// dialRooted makes a connection that ends when the address that it was made
// from is no longer this machine's. Nothing comes to that address any more, and
// no other end says so: TCP would wait for a quarter of an hour.
func dialRooted(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return root(conn, localAddresses), nil
}

// rooted is a connection that ends with its local address.
type rooted struct {
	net.Conn
	address   netip.Addr
	addresses func() ([]netip.Addr, error) // of this machine

	mu    sync.Mutex
	timer *time.Timer // nil: closed
}

func root(conn net.Conn, addresses func() ([]netip.Addr, error)) net.Conn {
	local, err := netip.ParseAddrPort(conn.LocalAddr().String())
	if err != nil {
		return conn // not of an IP network
	}
	r := &rooted{Conn: conn, address: bare(local.Addr()), addresses: addresses}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.timer = time.AfterFunc(addressEvery, r.look)
	return r
}

func (r *rooted) look() {
	if present, err := r.addresses(); err == nil && !slices.Contains(present, r.address) {
		_ = r.Close() // it is lost anyway
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.timer != nil {
		r.timer.Reset(addressEvery)
	}
}

func (r *rooted) Close() error {
	r.mu.Lock()
	if r.timer != nil {
		r.timer.Stop()
		r.timer = nil
	}
	r.mu.Unlock()
	return r.Conn.Close()
}

// localAddresses are those of the interfaces that are up.
func localAddresses() (all []netip.Addr, err error) {
	interfaces, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	for _, i := range interfaces {
		if i.Flags&net.FlagUp == 0 {
			continue
		}
		addresses, err := i.Addrs()
		if err != nil {
			return nil, err
		}
		for _, a := range addresses {
			if prefix, err := netip.ParsePrefix(a.String()); err == nil {
				all = append(all, bare(prefix.Addr()))
			}
		}
	}
	return all, nil
}

// bare is an address without what only its socket knows.
func bare(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }
