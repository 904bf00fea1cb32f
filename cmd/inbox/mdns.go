package main

import (
	"context"
	"errors"
	"log/slog"
	"net"

	"github.com/pion/logging"
	"github.com/pion/mdns/v2"
	"golang.org/x/net/dns/dnsmessage"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// localName is the name that a person can type on a phone (RFC 6762).
const localName = "inbox.local"

// answerNames answers questions for localName on the local network until ctx
// ends. Where multicast cannot be had it says so once: the addresses still work.
func answerNames(ctx context.Context, bound net.Addr, log *slog.Logger) error {
	if tcp, ok := bound.(*net.TCPAddr); ok && tcp.IP.IsLoopback() {
		return waitFor(ctx)
	}
	conn, err := newNameServer()
	if err != nil {
		log.Info("the name "+localName+" is not answered", "error", err)
		return waitFor(ctx)
	}
	<-ctx.Done()
	return errors.Join(ctx.Err(), conn.Close())
}

func newNameServer() (*mdns.Conn, error) {
	v4, err4 := listenMulticast("udp4", mdns.DefaultAddressIPv4)
	v6, err6 := listenMulticast("udp6", mdns.DefaultAddressIPv6)
	if v4 == nil && v6 == nil {
		return nil, errors.Join(err4, err6)
	}
	conn, err := serveNames(v4, v6)
	if err != nil {
		return nil, errors.Join(err, closeAll(v4, v6))
	}
	return conn, nil
}

// serveNames answers the questions that come to the sockets, of which one may be nil.
func serveNames(v4, v6 *net.UDPConn, more ...mdns.ServerOption) (*mdns.Conn, error) {
	var p4 *ipv4.PacketConn
	var p6 *ipv6.PacketConn
	if v4 != nil {
		p4 = ipv4.NewPacketConn(v4)
	}
	if v6 != nil {
		p6 = ipv6.NewPacketConn(v6)
	}
	quiet := logging.NewDefaultLoggerFactory()
	quiet.DefaultLogLevel = logging.LogLevelDisabled
	return mdns.NewServer(p4, p6, append(more,
		mdns.WithLocalNames(localName),
		mdns.WithRecordTypes(dnsmessage.TypeA, dnsmessage.TypeAAAA),
		mdns.WithLoggerFactory(quiet),
	)...)
}

func listenMulticast(network, address string) (*net.UDPConn, error) {
	addr, err := net.ResolveUDPAddr(network, address)
	if err != nil {
		return nil, err
	}
	return net.ListenUDP(network, addr)
}

func closeAll(conns ...*net.UDPConn) (err error) {
	for _, c := range conns {
		if c != nil {
			err = errors.Join(err, c.Close())
		}
	}
	return err
}
