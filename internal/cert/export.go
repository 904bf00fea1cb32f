package cert

import (
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// WritePair makes a certificate for this machine's names and the extra ones and
// writes it, with the authority's behind it, and its key into two files, for
// their owner only. Files that exist are an [fs.ErrExist] unless force is set.
// An extra name that is not a local one is an error, for no device would accept it.
func (l *Local) WritePair(certFile, keyFile string, extra Names, force bool) error {
	l.mu.Lock()
	ca := l.ca
	l.mu.Unlock()
	if err := ca.check(extra.normal()); err != nil {
		return err
	}
	names, _ := ca.permitted(l.names().and(extra)) // of the machine's own names, renew warns
	leaf, err := ca.newLeaf(names)
	if err != nil {
		return err
	}
	key, err := encode(leaf.key)
	if err != nil {
		return err
	}
	chain, err := encode(nil, leaf.cert, ca.cert)
	if err != nil {
		return err
	}
	if force {
		if err := writeFile(keyFile, key, os.Rename); err != nil {
			return err
		}
		return writeFile(certFile, chain, os.Rename)
	}
	return writeNew(keyFile, key, certFile, chain)
}

// check tells what is wrong with names that the user asked for.
func (a *pair) check(names Names) error {
	for _, name := range names.DNS {
		if !isName(strings.TrimPrefix(name, "*.")) {
			return fmt.Errorf("%q is not a host name: give a name like camera.local, or an address", name)
		}
	}
	if _, outside := a.permitted(names); len(outside) > 0 {
		return fmt.Errorf("%s: this machine's authority speaks for local names and addresses only; get a certificate for others from a public authority", strings.Join(outside, ", "))
	}
	return nil
}

// writeNew writes two files that must not exist, or none.
func writeNew(file1 string, data1 []byte, file2 string, data2 []byte) error {
	if _, err := os.Lstat(file2); err == nil {
		return &fs.PathError{Op: "write", Path: file2, Err: fs.ErrExist}
	}
	if err := writeFile(file1, data1, link); err != nil {
		return err
	}
	err := writeFile(file2, data2, link)
	if err != nil {
		os.Remove(file1)
	}
	return err
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
