// Package cert makes and serves the certificates of a server on a local network.
//
//	authority (10 years, local names only) --signs--> leaf (397 days, this machine's names)
//
// [Local] is an authority of this machine's own with its leaf, kept in a folder
// and renewed; a device that trusts the authority once trusts every later leaf.
// [Files] is a certificate that the user has, read again when it changes.
package cert

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

const (
	renewBefore = 30 * 24 * time.Hour // what a leaf has left when it is renewed
	checkEvery  = time.Minute         // how often a running server looks for new names
)

// Local is this machine's authority and the leaf that it signed.
type Local struct {
	dir   string // empty: nothing is kept
	names func() Names
	log   *slog.Logger
	ca    *pair

	mu   sync.Mutex
	leaf *pair
	warn string // the names outside of the authority's range that were warned of last
}

// OpenLocal opens the authority in the folder dir, or makes it; an empty dir
// keeps it in memory. names tells what the leaf is for and is called again and
// again. Errors say which file is at fault.
func OpenLocal(dir string, names func() Names, log *slog.Logger) (*Local, error) {
	l := &Local{dir: dir, names: names, log: log}
	if dir != "" {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("the folder for the certificate: %w", err)
		}
	}
	var err error
	if l.ca, err = l.authority(); err != nil {
		return nil, err
	}
	if l.leaf, err = l.load("leaf.pem"); err != nil {
		return nil, err
	}
	return l, l.renew()
}

// CA is the authority's certificate, for devices to trust.
func (l *Local) CA() *x509.Certificate { return l.ca.cert }

// Leaf is the certificate that the server shows at the moment.
func (l *Local) Leaf() *x509.Certificate {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.leaf.cert
}

// GetCertificate is for a tls.Config.
func (l *Local) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return &tls.Certificate{
		Certificate: [][]byte{l.leaf.cert.Raw, l.ca.cert.Raw},
		PrivateKey:  l.leaf.key,
		Leaf:        l.leaf.cert,
	}, nil
}

// Run renews the leaf when this machine has new names or the leaf nears its
// end, until ctx ends. It returns the context's error.
func (l *Local) Run(ctx context.Context) error {
	ticker := time.NewTicker(checkEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
			if err := l.renew(); err != nil {
				l.log.Error("the certificate could not be renewed", "error", err)
			}
		}
	}
}

// WritePair makes a certificate for this machine's names and the extra ones
// and writes it, with the authority's behind it, and its key into two files.
// Files that exist are an fs.ErrExist unless force is set.
func (l *Local) WritePair(certFile, keyFile string, extra Names, force bool) error {
	names, outside := l.ca.permitted(l.names().and(extra))
	for _, name := range outside {
		for _, wanted := range append(extra.normal().DNS, ipStrings(extra)...) {
			if name == wanted {
				return fmt.Errorf("%s is no local name: this machine's authority may speak for local names and addresses only; get a certificate for it from a public authority", name)
			}
		}
	}
	leaf, err := l.ca.newLeaf(names)
	if err != nil {
		return err
	}
	chain, err := encode(nil, leaf.cert, l.ca.cert)
	if err != nil {
		return err
	}
	both, err := encode(leaf.key)
	if err != nil {
		return err
	}
	place := os.Link
	if force {
		place = os.Rename
	} else if err := mustNotExist(certFile, keyFile); err != nil {
		return err
	}
	if err := writeFile(keyFile, both, place); err != nil {
		return err
	}
	return writeFile(certFile, chain, place)
}

func ipStrings(n Names) (out []string) {
	for _, ip := range n.IPs {
		out = append(out, ip.String())
	}
	return out
}

func mustNotExist(files ...string) error {
	for _, file := range files {
		if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
			return &fs.PathError{Op: "create", Path: file, Err: fs.ErrExist}
		}
	}
	return nil
}

// Fingerprint is the SHA-256 of the certificate, as browsers show it.
func Fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	hex := make([]string, len(sum))
	for i, b := range sum {
		hex[i] = fmt.Sprintf("%02X", b)
	}
	return strings.Join(hex, ":")
}

// authority loads the authority, or makes it. Of two processes that make one
// at once, both use the one that was there first.
func (l *Local) authority() (*pair, error) {
	ca, err := l.load("ca.pem")
	if err != nil {
		return nil, err
	}
	// It must outlive the leaves that it signs.
	if ca != nil && time.Until(ca.cert.NotAfter) > leafLife {
		return ca, nil
	}
	fresh, err := newAuthority(l.names().normal())
	if err != nil || l.dir == "" {
		return fresh, err
	}
	file := filepath.Join(l.dir, "ca.pem")
	if ca != nil {
		l.log.Warn("this machine's certificate authority was near its end and is replaced: devices must trust the new one")
		return fresh, fresh.replace(file)
	}
	err = fresh.create(file)
	if errors.Is(err, fs.ErrExist) {
		return readPair(file)
	}
	return fresh, err
}

// load reads a pair from the folder; nil if it is not there.
func (l *Local) load(name string) (*pair, error) {
	if l.dir == "" {
		return nil, nil
	}
	p, err := readPair(filepath.Join(l.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return p, err
}

// renew makes a new leaf if the present one does not do.
func (l *Local) renew() error {
	names, outside := l.ca.permitted(l.names().normal())
	l.mu.Lock()
	defer l.mu.Unlock()
	if warn := strings.Join(outside, ", "); warn != l.warn {
		l.warn = warn
		if warn != "" {
			l.log.Warn("the certificate is not for names and addresses that this machine got after its authority was made; delete the folder to make a new one, and trust that", "names", warn, "folder", l.dir)
		}
	}
	if l.fresh(names) {
		return nil
	}
	leaf, err := l.ca.newLeaf(names)
	if err != nil {
		return err
	}
	l.leaf = leaf
	if l.dir == "" {
		return nil
	}
	return leaf.replace(filepath.Join(l.dir, "leaf.pem"))
}

// fresh reports whether the leaf is the authority's, lasts for a while, and has
// all the names. Names that are gone do no harm: a browser that was told to
// trust this very leaf would ask again about another.
func (l *Local) fresh(names Names) bool {
	return l.leaf != nil &&
		l.leaf.cert.CheckSignatureFrom(l.ca.cert) == nil &&
		time.Until(l.leaf.cert.NotAfter) > renewBefore &&
		l.leaf.names().and(names).equal(l.leaf.names())
}
