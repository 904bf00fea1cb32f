package peer

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/pion/mdns/v2"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// resolveTimeout is for how long a browser's hidden address is looked up.
const resolveTimeout = 5 * time.Second

// resolver looks up the names under which browsers hide their addresses in
// candidates (draft-ietf-mmusic-mdns-ice-candidates). One socket serves all
// sessions; it is opened when the first name comes.
type resolver struct {
	mu     sync.Mutex
	conn   *mdns.Conn
	closed bool
}

// resolve returns the candidate with an address in place of a .local name.
// Candidates without such a name come back as they are.
func (r *resolver) resolve(ctx context.Context, candidate string) (string, error) {
	fields := strings.Fields(candidate)
	if len(fields) < 6 || !strings.HasSuffix(fields[4], ".local") {
		return candidate, nil
	}
	conn, err := r.open()
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, resolveTimeout)
	defer cancel()
	_, address, err := conn.QueryAddr(ctx, fields[4])
	if err != nil {
		return "", fmt.Errorf("no answer for %s, the viewer's name on this network: %w", fields[4], err)
	}
	fields[4] = address.Unmap().WithZone("").String()
	return strings.Join(fields, " "), nil
}

func (r *resolver) open() (*mdns.Conn, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, net.ErrClosed
	}
	if r.conn != nil {
		return r.conn, nil
	}
	var p4 *ipv4.PacketConn
	var p6 *ipv6.PacketConn
	c4, err4 := listenMulticast("udp4", mdns.DefaultAddressIPv4)
	if err4 == nil {
		p4 = ipv4.NewPacketConn(c4)
	}
	c6, err6 := listenMulticast("udp6", mdns.DefaultAddressIPv6)
	if err6 == nil {
		p6 = ipv6.NewPacketConn(c6)
	}
	if p4 == nil && p6 == nil {
		return nil, fmt.Errorf("looking up names on this network: %w", errors.Join(err4, err6))
	}
	conn, err := mdns.NewServer(p4, p6, mdns.WithIncludeLoopback(true), mdns.WithLoggerFactory(quiet{}))
	if err != nil {
		return nil, fmt.Errorf("looking up names on this network: %w", err)
	}
	r.conn = conn
	return conn, nil
}

func listenMulticast(network, address string) (*net.UDPConn, error) {
	a, err := net.ResolveUDPAddr(network, address)
	if err != nil {
		return nil, err
	}
	return net.ListenUDP(network, a)
}

func (r *resolver) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	if r.conn != nil {
		_ = r.conn.Close() // a socket that only asked
	}
}
