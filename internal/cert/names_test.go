package cert

import (
	"net"
	"slices"
	"strings"
	"testing"
)

func TestMachineNames(t *testing.T) {
	n := MachineNames()
	for _, name := range []string{"localhost", "inbox.local"} {
		if !slices.Contains(n.DNS, name) {
			t.Errorf("%v lacks %s", n.DNS, name)
		}
	}
	if !slices.ContainsFunc(n.IPs, net.IP.IsLoopback) {
		t.Errorf("%v lacks loopback", n.IPs)
	}
	if !n.equal(n.normal()) {
		t.Errorf("%v is not sorted and unique", n.strings())
	}
}

func TestNormal(t *testing.T) {
	n := Names{
		DNS: []string{"b", "A", "a"},
		IPs: []net.IP{net.IPv6loopback, net.IPv4(10, 0, 0, 2), net.IPv4(10, 0, 0, 2).To4(), net.IPv4(9, 0, 0, 1)},
	}
	if got := strings.Join(n.normal().strings(), " "); got != "a b 9.0.0.1 10.0.0.2 ::1" {
		t.Error(got)
	}
}

func TestIsName(t *testing.T) {
	for _, good := range []string{"den", "Den-2.example.org", "my_pc", "7"} {
		if !isName(good) {
			t.Errorf("%q is refused", good)
		}
	}
	for _, bad := range []string{"", "my pc", ".", "a.", "a..b", "-a", "a-", "größe", "*", strings.Repeat("a", 64), strings.Repeat("a.", 127) + "a"} {
		if isName(bad) {
			t.Errorf("%q is accepted", bad)
		}
	}
}
