package cert

import (
	"bytes"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"testing"
	"time"
)

func TestLeafForm(t *testing.T) {
	l := open(t, "", always(home))
	leaf, ca := l.Leaf(), l.CA()
	if life := leaf.NotAfter.Sub(leaf.NotBefore) + time.Second; life > 397*24*time.Hour {
		t.Errorf("the leaf lasts %v, both ends counted", life)
	}
	if leaf.NotBefore.After(time.Now().Add(-59 * time.Minute)) {
		t.Error("the leaf is not backdated")
	}
	if len(leaf.ExtKeyUsage) != 1 || leaf.ExtKeyUsage[0] != x509.ExtKeyUsageServerAuth || leaf.KeyUsage != x509.KeyUsageDigitalSignature || leaf.IsCA {
		t.Errorf("usages %v %v, authority %v", leaf.ExtKeyUsage, leaf.KeyUsage, leaf.IsCA)
	}
	if len(leaf.AuthorityKeyId) == 0 || !bytes.Equal(leaf.AuthorityKeyId, ca.SubjectKeyId) {
		t.Error("the leaf does not name its authority's key")
	}
	if leaf.Subject.CommonName == "" || leaf.SerialNumber.BitLen() < 64 || leaf.SerialNumber.Cmp(ca.SerialNumber) == 0 {
		t.Error("the leaf has no common name or no random serial number")
	}
}

func TestAuthorityForm(t *testing.T) {
	ca := open(t, "", always(home)).CA()
	if !ca.IsCA || ca.MaxPathLen != 0 || !ca.MaxPathLenZero || !ca.PermittedDNSDomainsCritical {
		t.Errorf("authority %v, path length %d, constraints critical %v", ca.IsCA, ca.MaxPathLen, ca.PermittedDNSDomainsCritical)
	}
	if ca.KeyUsage != x509.KeyUsageCertSign|x509.KeyUsageCRLSign {
		t.Errorf("usage %v", ca.KeyUsage)
	}
	if !strings.HasPrefix(ca.Subject.CommonName, "inbox local CA (") || len(ca.Subject.CommonName) > 64 {
		t.Errorf("common name %q", ca.Subject.CommonName)
	}
}

// Whoever steals the authority's key gets no certificate for the rest of the
// world that a device would accept.
func TestAuthorityIsConstrained(t *testing.T) {
	l := open(t, "", always(home))
	for _, name := range []string{"example.com", "local.example.com", "notlocal", "xden", "8.8.8.8", "203.0.113.10", "2001:db8::1"} {
		names := Names{DNS: []string{name}}
		if ip := net.ParseIP(name); ip != nil {
			names = Names{IPs: []net.IP{ip}}
		}
		leaf, err := l.ca.newLeaf(names)
		if err != nil {
			t.Fatal(err)
		}
		err = verify(l, leaf.cert, name)
		if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); !ok || invalid.Reason != x509.CANotAuthorizedForThisName {
			t.Errorf("%s: %v, want a refusal for its name", name, err)
		}
	}
}

func TestPublicIPv6NetworkIsPermitted(t *testing.T) {
	names := home
	names.IPs = []net.IP{net.ParseIP("2001:db8:1:2::3")}
	l := open(t, "", func() Names { return names })
	names.IPs = []net.IP{net.ParseIP("2001:db8:1:2:4::5")} // as tomorrow
	if err := l.renew(); err != nil {
		t.Fatal(err)
	}
	if err := verify(l, l.Leaf(), "2001:db8:1:2:4::5"); err != nil {
		t.Error(err)
	}
}
