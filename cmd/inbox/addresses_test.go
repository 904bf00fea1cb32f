package main

import (
	"net"
	"net/netip"
	"slices"
	"testing"
)

func TestReachable(t *testing.T) {
	machine := []networkAddress{
		{netip.MustParseAddr("127.0.0.1"), "lo"},
		{netip.MustParseAddr("::1"), "lo"},
		{netip.MustParseAddr("172.17.0.1"), "docker0"},
		{netip.MustParseAddr("172.29.0.1"), "vEthernet (WSL)"},
		{netip.MustParseAddr("10.8.0.2"), "tun0"},
		{netip.MustParseAddr("fe80::1"), "wlan0"},
		{netip.MustParseAddr("fd00::5"), "wlan0"},
		{netip.MustParseAddr("203.0.113.9"), "eth1"},
		{netip.MustParseAddr("192.168.1.5"), "wlan0"},
		{netip.MustParseAddr("169.254.7.7"), "eth0"},
		{netip.MustParseAddr("10.0.0.2"), "eth0"},
		{netip.MustParseAddr("172.18.0.1"), "br-12ab"},
	}
	tests := []struct {
		bind string
		want []string
	}{
		{"::", []string{"192.168.1.5", "10.0.0.2", "203.0.113.9", "fd00::5", "172.17.0.1", "172.29.0.1", "10.8.0.2", "172.18.0.1"}},
		{"0.0.0.0", []string{"192.168.1.5", "10.0.0.2", "203.0.113.9", "172.17.0.1", "172.29.0.1", "10.8.0.2", "172.18.0.1"}},
		{"10.0.0.2", []string{"10.0.0.2"}},
		{"127.0.0.1", nil},
	}
	for _, tt := range tests {
		var got []string
		for _, a := range reachable(netip.MustParseAddr(tt.bind), machine) {
			got = append(got, a.String())
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("bound to %s: %v, want %v", tt.bind, got, tt.want)
		}
	}
}

func TestAddressesToOpen(t *testing.T) {
	tests := []struct {
		config serveConfig
		bound  net.TCPAddr
		last   string
	}{
		{serveConfig{bind: "127.0.0.1:0", https: true}, net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 3000}, "https://127.0.0.1:3000/"},
		{serveConfig{bind: "[::1]:0"}, net.TCPAddr{IP: net.IPv6loopback, Port: 3000}, "http://[::1]:3000/"},
		{serveConfig{bind: "0.0.0.0:443", https: true}, net.TCPAddr{IP: net.IPv6unspecified, Port: 443}, "https://localhost/"},
		{serveConfig{bind: ":80"}, net.TCPAddr{IP: net.IPv6unspecified, Port: 80}, "http://localhost/"},
		{serveConfig{bind: ":443"}, net.TCPAddr{IP: net.IPv6unspecified, Port: 443}, "http://localhost:443/"},
	}
	for _, tt := range tests {
		urls, _ := addressesToOpen(&tt.config, &tt.bound)
		if len(urls) == 0 || urls[len(urls)-1] != tt.last {
			t.Errorf("-bind %s: %v, want the last to be %s", tt.config.bind, urls, tt.last)
		}
	}
}
