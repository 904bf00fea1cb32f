package peer

import (
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"testing"
)

func TestInterfacesForMedia(t *testing.T) {
	tests := []struct {
		only []string // of -interface
		name string
		want bool
	}{
		{nil, "eth0", true},
		{nil, "wlan0", true},
		{nil, "enp3s0", true},
		{nil, "br0", true}, // a bridge that someone made is their network
		{nil, "docker0", false},
		{nil, "br-5f2a81c0d3e4", false},
		{nil, "veth12ab34c", false},
		{nil, "virbr0", false},
		{nil, "vmnet8", false},
		{nil, "vboxnet0", false},
		{nil, "cni0", false},
		{nil, "flannel.1", false},
		{nil, "cali123", false},
		{[]string{"wlan0"}, "eth0", false},
		{[]string{"wlan0"}, "wlan0", true},
		{[]string{"docker0", "eth0"}, "docker0", true}, // who asks for it gets it
	}
	for _, tt := range tests {
		if got := (Network{Interfaces: tt.only}).uses(tt.name); got != tt.want {
			t.Errorf("%s is used: %v, want %v (-interface %v)", tt.name, got, tt.want, tt.only)
		}
	}
}

// TestAddressesForMedia has machines as people have them.
func TestAddressesForMedia(t *testing.T) {
	const up = net.FlagUp
	of := func(name string, flags net.Flags, addresses ...string) adapter {
		a := adapter{name: name, flags: flags}
		for _, text := range addresses {
			a.addresses = append(a.addresses, netip.MustParseAddr(text))
		}
		return a
	}
	lo := of("lo", up|net.FlagLoopback, "127.0.0.1", "::1")
	ethernet := of("eth0", up, "192.168.1.5", "fe80::1", "2001:db8::5")
	wifi := of("wlan0", up, "10.0.0.7", "169.254.3.4", "fd00::7")
	docker := of("docker0", up, "172.17.0.1")
	tests := []struct {
		name     string
		only     []string // of -interface
		adapters []adapter
		want     []string
	}{
		{"a computer at home", nil, []adapter{lo, ethernet, wifi}, []string{"192.168.1.5", "2001:db8::5", "10.0.0.7", "fd00::7"}},
		{"with containers", nil, []adapter{lo, ethernet, docker, of("br-5f2a81c0d3e4", up, "172.18.0.1"), of("veth12ab34c", up, "172.18.0.2")}, []string{"192.168.1.5", "2001:db8::5"}},
		{"whose cable is out", nil, []adapter{lo, of("eth0", 0, "192.168.1.5"), wifi}, []string{"10.0.0.7", "fd00::7"}},
		{"that waits for an address", nil, []adapter{lo, of("eth0", up, "169.254.9.9", "fe80::2")}, []string{"127.0.0.1", "::1"}},
		{"without a network", nil, []adapter{lo, docker}, []string{"127.0.0.1", "::1"}},
		{"with a tunnel", nil, []adapter{lo, of("tun0", up|net.FlagPointToPoint, "10.8.0.2"), of("tailscale0", up, "100.64.0.1")}, []string{"10.8.0.2", "100.64.0.1"}},
		{"one of two", []string{"wlan0"}, []adapter{lo, ethernet, wifi}, []string{"10.0.0.7", "fd00::7"}},
		{"both of three", []string{"docker0", "eth0"}, []adapter{lo, ethernet, wifi, docker}, []string{"192.168.1.5", "2001:db8::5", "172.17.0.1"}},
		{"one that is down", []string{"eth0"}, []adapter{lo, of("eth0", 0, "192.168.1.5"), wifi}, []string{"127.0.0.1", "::1"}},
		{"itself", []string{"lo"}, []adapter{lo, ethernet, wifi}, []string{"127.0.0.1", "::1"}},
		{"nothing at all", nil, nil, nil},
	}
	for _, tt := range tests {
		var got []string
		for _, a := range (Network{Interfaces: tt.only}).choose(tt.adapters) {
			got = append(got, a.String())
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestInterface has this machine's candidates be those of one interface.
func TestInterface(t *testing.T) {
	all, err := adapters()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		want := (Network{}).choose([]adapter{a})
		if a.flags&net.FlagUp == 0 || len(want) == 0 {
			continue
		}
		w, err := Network{Interfaces: []string{a.name}}.open(slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(want, netip.Addr.Compare)
		if got := gathered(t, w); !slices.Equal(got, want) {
			t.Errorf("candidates of %s are %v, want %v", a.name, got, want)
		}
		w.shut()
	}
}
