package signaling

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A connection lives as long as the address that it was made from.
func TestRooted(t *testing.T) {
	home, elsewhere := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("198.51.100.1")
	tests := map[string]struct {
		local     string
		addresses []netip.Addr
		err       error
		ends      bool
	}{
		"still here":        {local: "192.0.2.1:4000", addresses: []netip.Addr{elsewhere, home}},
		"moved":             {local: "192.0.2.1:4000", addresses: []netip.Addr{elsewhere}, ends: true},
		"no network at all": {local: "192.0.2.1:4000", ends: true},
		"nobody knows":      {local: "192.0.2.1:4000", err: errors.New("no netlink")},
		"IPv4 in IPv6":      {local: "[::ffff:192.0.2.1]:4000", addresses: []netip.Addr{home}},
		"a zone":            {local: "[fe80::1%eth0]:4000", addresses: []netip.Addr{netip.MustParseAddr("fe80::1")}},
		"not IP":            {local: "pipe", ends: false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				near, far := net.Pipe()
				defer far.Close()
				var moved atomic.Bool
				conn := root(located{near, tt.local}, func() ([]netip.Addr, error) {
					if !moved.Load() {
						return []netip.Addr{home, netip.MustParseAddr("fe80::1")}, nil
					}
					return tt.addresses, tt.err
				})
				ended := make(chan error, 1)
				go func() {
					_, err := far.Read(make([]byte, 1))
					ended <- err
				}()
				time.Sleep(time.Minute)
				synctest.Wait()
				if len(ended) > 0 {
					t.Fatal("it ended although its address was there")
				}
				moved.Store(true)
				time.Sleep(addressEvery)
				synctest.Wait()
				if got := len(ended) > 0; got != tt.ends {
					t.Errorf("ended: %v, want %v", got, tt.ends)
				}
				conn.Close()
				if err := <-ended; !errors.Is(err, io.EOF) {
					t.Errorf("the other end read %v, want %v", err, io.EOF)
				}
			})
		})
	}
}

// located is a connection with an address to name.
type located struct {
	net.Conn
	local string
}

func (l located) LocalAddr() net.Addr { return name(l.local) }

type name string

func (n name) Network() string { return "tcp" }
func (n name) String() string  { return string(n) }

// What a socket has for its address is what the machine says it has.
func TestLocalAddresses(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	conn, err := dialRooted(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	all, err := localAddresses()
	if r, ok := conn.(*rooted); err != nil || !ok || !slices.Contains(all, r.address) {
		t.Errorf("a connection from %v of %v, %v", conn.LocalAddr(), all, err)
	}
}
