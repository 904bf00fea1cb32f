package peer

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// uses reports whether media may go over an interface. Those of containers and
// virtual machines lead nowhere, and a viewer would try them first.
func (n Network) uses(name string) bool {
	if len(n.Interfaces) > 0 {
		return slices.Contains(n.Interfaces, name)
	}
	for _, prefix := range []string{"docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "cni", "flannel", "cali"} {
		if strings.HasPrefix(name, prefix) {
			return false
		}
	}
	return true
}

// addresses are those that media may use now.
func (n Network) addresses() []netip.Addr {
	all, err := adapters()
	if err != nil {
		return nil
	}
	return n.choose(all)
}

// adapter is a network interface of this machine.
type adapter struct {
	name      string
	flags     net.Flags
	addresses []netip.Addr
}

func adapters() (all []adapter, err error) {
	interfaces, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("network interfaces: %w", err)
	}
	for _, i := range interfaces {
		addresses, err := i.Addrs()
		if err != nil {
			continue // it went away just now
		}
		a := adapter{name: i.Name, flags: i.Flags}
		for _, text := range addresses {
			if prefix, err := netip.ParsePrefix(text.String()); err == nil {
				a.addresses = append(a.addresses, prefix.Addr().Unmap())
			}
		}
		all = append(all, a)
	}
	return all, nil
}

// choose returns the addresses that may lead to a viewer: this machine's own only
// where there are no others.
func (n Network) choose(adapters []adapter) (all []netip.Addr) {
	var own []netip.Addr
	for _, a := range adapters {
		loopback := a.flags&net.FlagLoopback != 0
		if a.flags&net.FlagUp == 0 || (!loopback && !n.uses(a.name)) {
			continue
		}
		for _, address := range a.addresses {
			switch {
			case !routable(address):
			case address.IsLoopback():
				own = append(own, address)
			default:
				all = append(all, address)
			}
		}
	}
	if len(all) == 0 {
		return own
	}
	return all
}

// routable leaves out link-local addresses: browsers cannot use them without a zone.
func routable(a netip.Addr) bool { return !a.IsLinkLocalUnicast() && !a.IsMulticast() }
