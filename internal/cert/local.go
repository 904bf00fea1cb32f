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
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// The files of the folder. Each holds a certificate together with its key, so
// that there is never a half of a pair.
const (
	authorityFile = "ca.pem"
	leafFile      = "leaf.pem"
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

	mu     sync.Mutex
	ca     *pair
	leaf   *pair
	warned []string // the names that the authority may not speak for, as logged last
}

// OpenLocal opens the authority in the folder dir, or makes it; an empty dir
// keeps it in memory. names tells what the leaf is for and is called again and
// again. Errors say which file is at fault and what to do.
func OpenLocal(dir string, names func() Names, log *slog.Logger) (*Local, error) {
	l := &Local{dir: dir, names: names, log: log}
	if dir != "" {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("the folder for the certificate: %w", err)
		}
	}
	var err error
	if l.leaf, err = l.load(leafFile); err != nil {
		return nil, err
	}
	if err := l.renew(); err != nil {
		return nil, err
	}
	return l, nil
}

// CA is the authority's certificate, for devices to trust. Another takes its
// place only when it nears its end.
func (l *Local) CA() *x509.Certificate {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ca.cert
}

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

// renew makes a new leaf, and before that a new authority, if the present one
// does not do.
func (l *Local) renew() error {
	now := l.names().normal()
	l.mu.Lock()
	defer l.mu.Unlock()
	// The authority must outlive the leaves that it signs.
	if l.ca == nil || time.Until(l.ca.cert.NotAfter) <= leafLife {
		if err := l.openAuthority(now); err != nil {
			return err
		}
	}
	names, outside := l.ca.permitted(now)
	l.warn(outside)
	if l.serves(names) {
		return nil
	}
	leaf, err := l.ca.newLeaf(names)
	if err != nil {
		return err
	}
	l.leaf = leaf
	l.log.Info("the certificate is made", "names", names.strings(), "until", leaf.cert.NotAfter)
	if l.dir == "" {
		return nil
	}
	return leaf.replace(l.file(leafFile))
}

// openAuthority loads the authority, or makes it for names. Of two processes
// that make one at once, both use the one that was there first.
func (l *Local) openAuthority(names Names) error {
	old, err := l.load(authorityFile)
	if err != nil {
		return err
	}
	if old != nil && !old.cert.IsCA {
		return fmt.Errorf("%s is damaged (not an authority's certificate): delete it, and a new one is made", l.file(authorityFile))
	}
	if old != nil && time.Until(old.cert.NotAfter) > leafLife {
		l.ca = old
		return nil
	}
	if old != nil || l.ca != nil {
		l.log.Warn("the certificate authority nears its end and is replaced: devices must trust the new one")
	}
	fresh, err := newAuthority(names)
	if err != nil {
		return err
	}
	if l.dir == "" {
		l.ca = fresh
		return nil
	}
	place := fresh.create
	if old != nil {
		place = fresh.replace
	}
	if err := place(l.file(authorityFile)); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	l.ca, err = readPair(l.file(authorityFile))
	return err
}

// load reads a pair from the folder; nil if it is not there.
func (l *Local) load(name string) (*pair, error) {
	if l.dir == "" {
		return nil, nil
	}
	p, err := readPair(l.file(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return p, err
}

func (l *Local) file(name string) string { return filepath.Join(l.dir, name) }

// warn tells of names that the authority may not speak for, once.
func (l *Local) warn(outside []string) {
	if slices.Equal(outside, l.warned) {
		return
	}
	l.warned = outside
	if len(outside) == 0 {
		return
	}
	todo := "start again to make a new authority, and trust that one"
	if l.dir != "" {
		todo = "delete " + l.file(authorityFile) + " and start again to make a new authority, and trust that one"
	}
	l.log.Warn("the certificate is not for names and addresses that this machine got after its authority was made", "names", outside, "todo", todo)
}

// serves reports whether the leaf is the authority's, lasts for a while, and has
// all the names. Names that are gone do no harm, whereas a browser that was told
// to accept this very leaf would ask again about another.
func (l *Local) serves(names Names) bool {
	return l.leaf != nil &&
		l.leaf.cert.CheckSignatureFrom(l.ca.cert) == nil &&
		time.Until(l.leaf.cert.NotAfter) > renewBefore &&
		l.leaf.names().and(names).equal(l.leaf.names())
}

// ReadAuthority returns the certificate of the authority in the folder dir, for
// programs of the same user that meet the server. It makes nothing: the error is
// that of a file that is not there or is none of this package's.
func ReadAuthority(dir string) (*x509.Certificate, error) {
	l := &Local{dir: dir}
	p, err := l.load(authorityFile)
	if err == nil && p == nil {
		err = fmt.Errorf("%s: %w", l.file(authorityFile), fs.ErrNotExist)
	}
	if err != nil {
		return nil, err
	}
	return p.cert, nil
}
