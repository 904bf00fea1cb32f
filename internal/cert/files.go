package cert

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"
)

// lookEvery is how often the files are looked at, at the most.
const lookEvery = time.Second

// Files is a certificate and its key in two PEM files, read again when they change.
type Files struct {
	certFile, keyFile string
	log               *slog.Logger

	mu     sync.Mutex
	cert   *tls.Certificate
	seen   content // that was looked at last, whether it could be used or not
	looked time.Time
}

// content is what the two files hold. It is compared whole: times are too
// coarse to tell two versions apart, and letting this user read a file does not
// change them. Two small files once a second are no work.
type content struct {
	cert, key string
	err       string // why one could not be read
}

// OpenFiles reads the pair. Its errors say which file is at fault and what to do.
func OpenFiles(certFile, keyFile string, log *slog.Logger) (*Files, error) {
	switch noCert, noKey := missing(certFile), missing(keyFile); {
	case noCert && noKey:
		return nil, fmt.Errorf("there is no %s and no %s: %w", certFile, keyFile, fs.ErrNotExist)
	case noCert:
		return nil, halfMissing(certFile, keyFile)
	case noKey:
		return nil, halfMissing(keyFile, certFile)
	}
	f := &Files{certFile: certFile, keyFile: keyFile, log: log, looked: time.Now()}
	f.seen = f.read()
	var err error
	if f.cert, err = f.load(f.seen); err != nil {
		return nil, err
	}
	return f, nil
}

func missing(file string) bool {
	_, err := os.Stat(file)
	return errors.Is(err, fs.ErrNotExist)
}

func halfMissing(file, beside string) error {
	return fmt.Errorf("%s is missing beside %s: put it there, or move the other away as well and a certificate is made", file, beside)
}

// Leaf is the certificate that the server shows at the moment.
func (f *Files) Leaf() *x509.Certificate {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.cert.Leaf
}

// GetCertificate is for a tls.Config. While a new pair does not load, because
// only one half has been replaced so far, the last good one is used; that is
// logged once.
func (f *Files) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if time.Since(f.looked) < lookEvery {
		return f.cert, nil
	}
	f.looked = time.Now()
	now := f.read()
	if now == f.seen {
		return f.cert, nil
	}
	f.seen = now
	cert, err := f.load(now)
	if err != nil {
		f.log.Warn("the changed certificate cannot be used; the one before stays", "error", err)
		return f.cert, nil
	}
	f.cert = cert
	f.log.Info("the certificate changed", "fingerprint", Fingerprint(cert.Leaf))
	return f.cert, nil
}

func (f *Files) read() content {
	cert, err := os.ReadFile(f.certFile)
	if err != nil {
		return content{err: fmt.Sprintf("the certificate cannot be read: %v: let this user read it", err)}
	}
	key, err := os.ReadFile(f.keyFile)
	if err != nil {
		return content{err: fmt.Sprintf("the certificate's key cannot be read: %v: let this user read it", err)}
	}
	return content{cert: string(cert), key: string(key)}
}

func (f *Files) load(c content) (*tls.Certificate, error) {
	if c.err != "" {
		return nil, errors.New(c.err)
	}
	cert, err := tls.X509KeyPair([]byte(c.cert), []byte(c.key))
	if err != nil {
		return nil, fmt.Errorf("%s and %s are not a certificate and its key in PEM (%w): replace them, or move both away and a certificate is made", f.certFile, f.keyFile, err)
	}
	return &cert, nil
}
