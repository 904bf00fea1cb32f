package cert

import (
	"cmp"
	"net"
	"os"
	"slices"
	"strings"
)

// Names are what a certificate is for. The order does not matter, nor does
// case; MachineNames gives them sorted and each once.
type Names struct {
	DNS []string
	IPs []net.IP
}

// MachineNames are the names and addresses of this machine as it is now:
// localhost, its host name, that name under .local, inbox.local, and every
// unicast address of its interfaces. A host name that could not be in a
// certificate is left out.
func MachineNames() Names {
	names := Names{DNS: []string{"localhost", "inbox.local"}}
	if host, err := os.Hostname(); err == nil && isName(host) {
		short, _, _ := strings.Cut(host, ".")
		names.DNS = append(names.DNS, host, short+".local")
	}
	if addrs, err := net.InterfaceAddrs(); err == nil {
		for _, a := range addrs {
			if ipnet, ok := a.(*net.IPNet); ok {
				names.IPs = append(names.IPs, ipnet.IP)
			}
		}
	}
	return names.normal()
}

// normal returns the names in lower case, sorted and each once, and IPv4
// addresses in 4 bytes, so that equal ones compare equal.
func (n Names) normal() Names {
	var out Names
	for _, name := range n.DNS {
		out.DNS = append(out.DNS, strings.ToLower(name))
	}
	slices.Sort(out.DNS)
	out.DNS = slices.Compact(out.DNS)
	for _, ip := range n.IPs {
		if v4 := ip.To4(); v4 != nil {
			ip = v4
		}
		out.IPs = append(out.IPs, ip)
	}
	slices.SortFunc(out.IPs, func(a, b net.IP) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), slices.Compare(a, b))
	})
	out.IPs = slices.CompactFunc(out.IPs, net.IP.Equal)
	return out
}

// and returns the names of both.
func (n Names) and(other Names) Names {
	return Names{slices.Concat(n.DNS, other.DNS), slices.Concat(n.IPs, other.IPs)}.normal()
}

// equal reports whether both have the same names. Both are normal.
func (n Names) equal(other Names) bool {
	return slices.Equal(n.DNS, other.DNS) && slices.EqualFunc(n.IPs, other.IPs, net.IP.Equal)
}

// strings are all the names, to be read.
func (n Names) strings() []string {
	out := slices.Clone(n.DNS)
	for _, ip := range n.IPs {
		out = append(out, ip.String())
	}
	return out
}

// isName reports whether name is a host name (RFC 1123, section 2.1), or one
// with underscores, as some machines have.
func isName(name string) bool {
	if name == "" || len(name) > 253 {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		if strings.Trim(strings.ToLower(label), "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return true
}
