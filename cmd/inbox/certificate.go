package main

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

	"inbox/internal/cert"
)

// certificate is what the server shows: one of its own making, the user's, or
// none at all over plain HTTP (get is nil).
type certificate struct {
	get  func(*tls.ClientHelloInfo) (*tls.Certificate, error)
	leaf func() *x509.Certificate
	ca   func() *x509.Certificate // nil unless the certificate is of our own making
	run  func(context.Context) error
}

// openCertificate takes the files that the flags name; if neither is there, it
// makes a certificate and keeps it.
func openCertificate(c *serveConfig, log *slog.Logger) (*certificate, error) {
	if !c.https {
		return &certificate{run: waitFor}, nil
	}
	if exists(c.certFile) || exists(c.keyFile) {
		files, err := cert.OpenFiles(c.certFile, c.keyFile, log)
		if err != nil {
			return nil, err
		}
		return &certificate{get: files.GetCertificate, leaf: files.Leaf, run: waitFor}, nil
	}
	local, err := openLocal(c.state, log)
	if err != nil {
		return nil, err
	}
	return &certificate{get: local.GetCertificate, leaf: local.Leaf, ca: local.CA, run: local.Run}, nil
}

// openLocal opens this machine's own certificate authority in the folder
// state, or in the user's configuration folder.
func openLocal(state string, log *slog.Logger) (*cert.Local, error) {
	if state == "" {
		dir, err := os.UserConfigDir()
		if err != nil {
			log.Warn("the certificate is not kept, so browsers ask about it again after a restart; set HOME or -state to keep it", "error", err)
			return cert.OpenLocal("", cert.MachineNames, log)
		}
		state = filepath.Join(dir, "inbox")
	}
	local, err := cert.OpenLocal(state, cert.MachineNames, log)
	if err != nil {
		return nil, fmt.Errorf("%w; -state names another folder for the certificate", err)
	}
	return local, nil
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return !errors.Is(err, fs.ErrNotExist)
}

// waitFor is the run of what has nothing to do.
func waitFor(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}
