package main

import (
	"cmp"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// networkAddress is an address of one of this machine's interfaces.
type networkAddress struct {
	netip.Addr
	iface string
}

// machineAddresses are the addresses of the interfaces that are up.
func machineAddresses() (all []networkAddress) {
	ifaces, err := net.Interfaces()
	if err != nil {
		return nil
	}
	for _, i := range ifaces {
		if i.Flags&net.FlagUp == 0 {
			continue
		}
		addrs, err := i.Addrs()
		if err != nil {
			continue
		}
		for _, a := range addrs {
			if prefix, err := netip.ParsePrefix(a.String()); err == nil {
				all = append(all, networkAddress{prefix.Addr().Unmap(), i.Name})
			}
		}
	}
	return all
}

// aside are the names with which interfaces begin that lead to this machine's
// containers and virtual machines, or into a tunnel, and not to a phone beside it.
var aside = []string{
	"docker", "br-", "veth", "cni", "flannel", "kube", "podman", "lxc", "lxd", "incus",
	"virbr", "vmnet", "vboxnet", "vEthernet", "VMware", "VirtualBox", // the last three are Windows'
	"tun", "tap", "utun", "wg", "tailscale", "Tailscale",
}

// reachable are the addresses at which others may reach a server bound to host
// (empty or unspecified: all), the one that a phone most likely reaches first.
func reachable(host netip.Addr, all []networkAddress) (addrs []netip.Addr) {
	found := slices.DeleteFunc(slices.Clone(all), func(a networkAddress) bool {
		return a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsMulticast() ||
			host.IsValid() && !host.IsUnspecified() && a.Addr != host ||
			host.IsValid() && host.IsUnspecified() && host.Is4() && !a.Is4()
	})
	slices.SortStableFunc(found, func(a, b networkAddress) int { return cmp.Compare(a.rank(), b.rank()) })
	for _, a := range found {
		addrs = append(addrs, a.Addr)
	}
	return addrs
}

// rank orders addresses, those that a phone most likely reaches first.
func (a networkAddress) rank() int {
	rank := 0
	if slices.ContainsFunc(aside, func(prefix string) bool { return strings.HasPrefix(a.iface, prefix) }) {
		rank += 4
	}
	if !a.Is4() {
		rank += 2
	}
	if !a.IsPrivate() {
		rank++
	}
	return rank
}
