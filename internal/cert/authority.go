package cert

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"os"
	"slices"
	"strings"
	"time"
)

const (
	authorityLife = 10 * 365 * 24 * time.Hour
	// Apple and Android accept at most 398 days, both ends counted
	// (CA/Browser Forum Baseline Requirements, section 6.3.2).
	leafLife = 397 * 24 * time.Hour
	backdate = time.Hour // clocks of phones are not exact
)

// pair is a certificate and its private key.
type pair struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// localRanges are the addresses of local networks: loopback, private (RFC
// 1918), shared (RFC 6598), link-local, unique local (RFC 4193).
var localRanges = []string{
	"127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10",
	"::1/128", "fc00::/7", "fe80::/10",
}

// newAuthority makes a certificate authority that can speak for local names
// and addresses, and for those in names, and for nothing else (name
// constraints, RFC 5280, section 4.2.1.10): a device that trusts it does not
// trust it with the rest of the world.
func newAuthority(names Names) (*pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber:                newSerial(),
		Subject:                     pkix.Name{CommonName: authorityName()},
		NotBefore:                   now.Add(-backdate),
		NotAfter:                    now.Add(authorityLife),
		KeyUsage:                    x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid:       true,
		IsCA:                        true,
		MaxPathLenZero:              true,
		PermittedDNSDomainsCritical: true,
	}
	template.PermittedDNSDomains, template.PermittedIPRanges = constraints(names)
	return sign(template, template, key, key)
}

// authorityName is what devices list the authority as: at most 64 characters
// (ub-common-name, RFC 5280, appendix A.1).
func authorityName() string {
	host, err := os.Hostname()
	if err != nil || !isName(host) {
		host = "this machine"
	}
	return fmt.Sprintf("inbox local CA (%.47s)", host)
}

// constraints are what an authority made for names may speak for.
func constraints(names Names) (domains []string, ranges []*net.IPNet) {
	domains = []string{"localhost", "local"}
	for _, name := range names.DNS {
		if !permitsName(domains, name) {
			domains = append(domains, name)
		}
	}
	for _, cidr := range localRanges {
		_, ipnet, err := net.ParseCIDR(cidr)
		if err != nil {
			panic(err) // of a constant
		}
		ranges = append(ranges, ipnet)
	}
	for _, ip := range names.IPs {
		if !permitsIP(ranges, ip) {
			ranges = append(ranges, publicRange(ip))
		}
	}
	return domains, ranges
}

// publicRange is the range for a public address of this machine: the address,
// of IPv6 its /64, for there a machine changes its address every day (RFC 8981)
// and the network is its own (RFC 7421).
func publicRange(ip net.IP) *net.IPNet {
	if len(ip) == net.IPv4len {
		return &net.IPNet{IP: ip, Mask: net.CIDRMask(32, 32)}
	}
	mask := net.CIDRMask(64, 128)
	return &net.IPNet{IP: ip.Mask(mask), Mask: mask}
}

func permitsName(domains []string, name string) bool {
	return slices.ContainsFunc(domains, func(d string) bool { return name == d || strings.HasSuffix(name, "."+d) })
}

func permitsIP(ranges []*net.IPNet, ip net.IP) bool {
	return slices.ContainsFunc(ranges, func(r *net.IPNet) bool { return r.Contains(ip) })
}

// permitted divides names into those that the authority may speak for and others.
func (a *pair) permitted(names Names) (inside Names, outside []string) {
	for _, name := range names.DNS {
		if permitsName(a.cert.PermittedDNSDomains, name) {
			inside.DNS = append(inside.DNS, name)
		} else {
			outside = append(outside, name)
		}
	}
	for _, ip := range names.IPs {
		if permitsIP(a.cert.PermittedIPRanges, ip) {
			inside.IPs = append(inside.IPs, ip)
		} else {
			outside = append(outside, ip.String())
		}
	}
	return inside, outside
}

// newLeaf makes a server's certificate for names, signed by the authority.
func (a *pair) newLeaf(names Names) (*pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	start := time.Now().Add(-backdate)
	template := &x509.Certificate{
		SerialNumber:          newSerial(),
		Subject:               pkix.Name{CommonName: "inbox"},
		NotBefore:             start,
		NotAfter:              start.Add(leafLife - time.Second),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		DNSNames:              names.DNS,
		IPAddresses:           names.IPs,
	}
	return sign(template, a.cert, key, a.key)
}

func sign(template, parent *x509.Certificate, key, parentKey crypto.Signer) (*pair, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), parentKey)
	if err != nil {
		return nil, fmt.Errorf("signing a certificate: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &pair{cert, key}, nil
}

// names are those that the certificate is for.
func (p *pair) names() Names {
	return Names{DNS: p.cert.DNSNames, IPs: p.cert.IPAddresses}.normal()
}

func newSerial() *big.Int {
	b := make([]byte, 16)
	rand.Read(b)
	b[0] &= 0x7f // positive in 16 bytes
	return new(big.Int).SetBytes(b)
}
