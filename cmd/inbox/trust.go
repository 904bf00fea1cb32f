package main

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"inbox/internal/cert"
	"inbox/signaling"
)

// serverConfig is what flags say of the server that one is a client of.
type serverConfig struct {
	server      string
	ca          string
	fingerprint string
	state       string
}

func serverFlags(fs *flag.FlagSet, c *serverConfig) {
	fs.StringVar(&c.server, "server", "https://localhost:3000", "`URL` of the server")
	fs.StringVar(&c.ca, "ca", "", "`file` with the certificate of the authority that signed the server's (PEM; the server gives it at /ca.crt)")
	fs.StringVar(&c.fingerprint, "fingerprint", "", "`SHA-256` of the server's certificate or of its authority's, as the server prints it")
	fs.StringVar(&c.state, "state", "", "`folder` for what is made and kept (default: inbox in the user's configuration folder)")
}

// client is for requests to the server. It trusts what the system trusts, this
// user's own authority, and what the flags name.
func (c *serverConfig) client(server string) (*http.Client, error) {
	transport := signaling.NewTransport()
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	if c.fingerprint != "" {
		pin, err := parseFingerprint(c.fingerprint)
		if err != nil {
			return nil, err
		}
		// Nothing but the fingerprint counts, and it is looked at below.
		transport.TLSClientConfig.InsecureSkipVerify = true
		transport.TLSClientConfig.VerifyConnection = func(s tls.ConnectionState) error { return verifyPin(s, pin) }
		return &http.Client{Transport: transport}, nil
	}
	roots, err := c.roots()
	transport.TLSClientConfig.RootCAs = roots
	return &http.Client{Transport: transport}, err
}

// roots are the authorities that vouch for servers.
func (c *serverConfig) roots() (*x509.CertPool, error) {
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if dir, err := stateFolder(c.state); err == nil {
		if own, err := cert.ReadAuthority(dir); err == nil {
			roots.AddCert(own)
		}
	}
	if c.ca == "" {
		return roots, nil
	}
	pem, err := os.ReadFile(c.ca)
	if err != nil {
		return nil, fmt.Errorf("-ca: %w", err)
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("-ca: there is no certificate in %s; it must be in PEM, as the server gives it at /ca.crt", c.ca)
	}
	return roots, nil
}

func parseFingerprint(text string) (pin [sha256.Size]byte, err error) {
	b, err := hex.DecodeString(strings.NewReplacer(":", "", " ", "").Replace(text))
	if err != nil || len(b) != len(pin) {
		return pin, usagef("-fingerprint %q is not a SHA-256; it has 64 hexadecimal digits, with or without colons, as the server prints it", text)
	}
	return [sha256.Size]byte(b), nil
}

// verifyPin accepts a server whose certificate is the pinned one, or is signed
// by it for the name that was asked for.
func verifyPin(s tls.ConnectionState, pin [sha256.Size]byte) error {
	leaf := s.PeerCertificates[0]
	if sha256.Sum256(leaf.Raw) == pin {
		return nil
	}
	for _, authority := range s.PeerCertificates[1:] {
		if sha256.Sum256(authority.Raw) != pin {
			continue
		}
		roots := x509.NewCertPool()
		roots.AddCert(authority)
		_, err := leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: s.ServerName})
		return err
	}
	return &pinError{leaf}
}

// pinError says that a server has another certificate than the flags want.
type pinError struct{ shown *x509.Certificate }

func (e *pinError) Error() string {
	return "the server's certificate has another fingerprint than -fingerprint says: " + cert.Fingerprint(e.shown) +
		"; compare both with what the server prints when it starts"
}

// probe makes one request, to end with clear words what would never work. It returns the URL at which others open
// the server: a link to localhost would lead a phone to itself, so a server on
// this machine tells its other addresses.
func probe(ctx context.Context, client *http.Client, server string) (shown string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server+"/config.json", nil)
	if err != nil {
		return "", usagef("-server: %w", err)
	}
	resp, err := client.Do(req)
	if err != nil {
		if wrong := certificateTrouble(err); wrong != nil {
			return "", wrong
		}
		return server, nil // it may come yet; who talks to it says so
	}
	defer resp.Body.Close()
	var config struct {
		Addresses []string `json:"addresses"`
	}
	// Other servers of the mailbox have no such file.
	err = json.NewDecoder(io.LimitReader(resp.Body, 64<<10)).Decode(&config)
	if err != nil || len(config.Addresses) == 0 || checkServer(config.Addresses[0]) != nil {
		return server, nil
	}
	return strings.TrimSuffix(config.Addresses[0], "/"), nil
}

// certificateTrouble returns what is wrong with a server's certificate, in
// words, or nil if err is about something else.
func certificateTrouble(err error) error {
	if pin, ok := errors.AsType[*pinError](err); ok {
		return pin
	}
	if verify, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		leaf := verify.UnverifiedCertificates[0]
		if host, ok := errors.AsType[x509.HostnameError](err); ok {
			return fmt.Errorf("the server's certificate is not for %q; use a name or address that it has (%s), or -fingerprint %s",
				host.Host, strings.Join(certificateNames(leaf), ", "), cert.Fingerprint(leaf))
		}
		return fmt.Errorf("nobody that this machine trusts vouches for the server: its certificate has the fingerprint\n  %s\n"+
			"Compare that with what the server printed when it started. If it is the same: -fingerprint %s (or -ca FILE, with the server's /ca.crt)",
			cert.Fingerprint(leaf), cert.Fingerprint(leaf))
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return errors.New("the server does not speak HTTPS; write http:// in its URL")
	}
	return nil
}

func certificateNames(c *x509.Certificate) []string {
	names := append([]string(nil), c.DNSNames...)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	return names
}

// checkServer finds what cannot be a server's URL.
func checkServer(server string) error {
	u, err := url.Parse(server)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.Fragment != "" {
		return usagef("-server %q is not a URL; write it like https://host:3000", server)
	}
	return nil
}
