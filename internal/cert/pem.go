package cert

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// encode is the PEM form of certificates, and of a key if it is not nil.
func encode(key crypto.Signer, certs ...*x509.Certificate) ([]byte, error) {
	var out []byte
	for _, c := range certs {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	if key == nil {
		return out, nil
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return append(out, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})...), nil
}

// decode is the inverse of encode for one certificate and its key.
func decode(data []byte) (*pair, error) {
	var p pair
	for {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			break
		}
		var err error
		switch block.Type {
		case "CERTIFICATE":
			p.cert, err = x509.ParseCertificate(block.Bytes)
		case "PRIVATE KEY":
			var key any
			key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
			p.key, _ = key.(crypto.Signer)
		}
		if err != nil {
			return nil, err
		}
	}
	if p.cert == nil || p.key == nil {
		return nil, errors.New("a certificate or its key is missing")
	}
	public, ok := p.cert.PublicKey.(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !public.Equal(p.key.Public()) {
		return nil, errors.New("the key is not the certificate's")
	}
	return &p, nil
}

// readPair reads what writePair wrote. The error is fs.ErrNotExist if there is
// no such file; every other says what to do.
func readPair(file string) (*pair, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%w: let this user read it", err)
		}
		return nil, err
	}
	p, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("%s is damaged (%w): delete it, and a new one is made", file, err)
	}
	return p, nil
}

// create puts p into a file that must not exist (fs.ErrExist): whole or not at all.
func (p *pair) create(file string) error {
	return p.write(file, link)
}

// replace puts p into a file, whole or not at all.
func (p *pair) replace(file string) error {
	return p.write(file, os.Rename)
}

func (p *pair) write(file string, place func(from, to string) error) error {
	data, err := encode(p.key, p.cert)
	if err != nil {
		return err
	}
	return writeFile(file, data, place)
}

// writeFile writes data to a file beside the named one, for its owner only,
// and then gives it the name by place (link or os.Rename).
func writeFile(file string, data []byte, place func(from, to string) error) error {
	if err := writeBeside(file, data, place); err != nil {
		// The error's own path is the one of the file beside, which nobody knows.
		if e, ok := errors.AsType[*fs.PathError](err); ok {
			err = e.Err
		} else if e, ok := errors.AsType[*os.LinkError](err); ok {
			err = e.Err
		}
		return &fs.PathError{Op: "write", Path: file, Err: err}
	}
	return nil
}

func writeBeside(file string, data []byte, place func(from, to string) error) error {
	temp := filepath.Join(filepath.Dir(file), "."+rand.Text()+".tmp")
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer os.Remove(temp)
	_, err = f.Write(data)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return place(temp, file)
}

// link gives a file its name if that is free, else returns fs.ErrExist.
func link(from, to string) error {
	err := os.Link(from, to)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	// The file system has no hard links (FAT, folders shared with a virtual machine).
	if _, err := os.Lstat(to); err == nil {
		return fs.ErrExist
	}
	return os.Rename(from, to)
}
