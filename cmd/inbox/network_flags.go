package main

import (
	"flag"
	"net"
	"strings"

	"inbox/peer"
)

// networkConfig is what flags say of how pictures travel.
type networkConfig struct {
	udpPort    int
	tcpPort    int
	interfaces list
}

func networkFlags(fs *flag.FlagSet, c *networkConfig) {
	fs.IntVar(&c.udpPort, "udp-port", 0, "UDP `port` for pictures (default: a free one)")
	fs.IntVar(&c.tcpPort, "tcp-port", 0, "TCP `port` for pictures where UDP does not get through (default: none)")
	fs.Var(&c.interfaces, "interface", "network `interface` to use, as eth0; may be repeated (default: all but those of containers)")
}

func (c *networkConfig) check() error {
	if c.udpPort < 0 || c.udpPort > 65535 || c.tcpPort < 0 || c.tcpPort > 65535 {
		return usagef("ports are from 1 to 65535")
	}
	for _, name := range c.interfaces {
		if _, err := net.InterfaceByName(name); err != nil {
			return usagef("-interface: there is no %q here; there are %s", name, interfaceNames())
		}
	}
	return nil
}

func (c *networkConfig) network() peer.Network {
	return peer.Network{UDPPort: c.udpPort, TCPPort: c.tcpPort, Interfaces: c.interfaces}
}

func interfaceNames() string {
	all, err := net.Interfaces()
	if err != nil {
		return err.Error()
	}
	var names []string
	for _, i := range all {
		names = append(names, i.Name)
	}
	return strings.Join(names, ", ")
}
