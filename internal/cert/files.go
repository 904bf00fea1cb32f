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
	seen   [2]stamp // of the files, when they were read last
	looked time.Time
}

// stamp tells one version of a file from another.
type stamp struct {
	modified time.Time
	size     int64
}

// OpenFiles reads the pair. Its errors say which file is at fault and what to do.
func OpenFiles(certFile, keyFile string, log *slog.Logger) (*Files, error) {
	for _, two := range [][2]string{{certFile, keyFile}, {keyFile, certFile}} {
		if _, err := os.Stat(two[0]); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("there is %s but no %s: put the other half of the pair there, or move both away and a certificate is made", two[1], two[0])
		}
	}
	f := &Files{certFile: certFile, keyFile: keyFile, log: log}
	f.seen, f.looked = f.stamps(), time.Now()
	var err error
	f.cert, err = f.read()
	return f, err
}

// Leaf is the certificate that the server shows at the moment.
func (f *Files) Leaf() *x509.Certificate {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.cert.Leaf
}

// GetCertificate is for a tls.Config. A pair that cannot be read, because only
// one half has been replaced so far, is logged, and the last good one is used.
func (f *Files) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if time.Since(f.looked) < lookEvery {
		return f.cert, nil
	}
	f.looked = time.Now()
	now := f.stamps()
	if now == f.seen {
		return f.cert, nil
	}
	f.seen = now
	cert, err := f.read()
	if err != nil {
		f.log.Warn("the certificate changed and cannot be used: the last good one is", "error", err)
		return f.cert, nil
	}
	f.cert = cert
	f.log.Info("the certificate changed", "fingerprint", Fingerprint(cert.Leaf))
	return f.cert, nil
}

func (f *Files) stamps() (s [2]stamp) {
	for i, file := range []string{f.certFile, f.keyFile} {
		if info, err := os.Stat(file); err == nil {
			s[i] = stamp{info.ModTime(), info.Size()}
		}
	}
	return s
}

func (f *Files) read() (*tls.Certificate, error) {
	certPEM, err := os.ReadFile(f.certFile)
	if err != nil {
		return nil, fmt.Errorf("the certificate cannot be read: %w; let this user read it", err)
	}
	keyPEM, err := os.ReadFile(f.keyFile)
	if err != nil {
		return nil, fmt.Errorf("the certificate's key cannot be read: %w; let this user read it", err)
	}
	cert, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		return nil, fmt.Errorf("%s and %s are no pair of a certificate and its key in PEM: %w; replace them, or move both away and a certificate is made", f.certFile, f.keyFile, err)
	}
	return &cert, nil
}
