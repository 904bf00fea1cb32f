package cert

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestWritePair(t *testing.T) {
	l := open(t, "", always(home))
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "server.crt"), filepath.Join(dir, "server.key")
	if err := l.WritePair(certFile, keyFile, Names{DNS: []string{"Cam.local"}, IPs: []net.IP{net.IPv4(10, 9, 8, 7)}}, false); err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	if len(pair.Certificate) != 2 {
		t.Errorf("the file holds %d certificates, want the leaf and its authority", len(pair.Certificate))
	}
	for _, name := range []string{"cam.local", "10.9.8.7", "192.168.1.7"} {
		if err := verify(l, pair.Leaf, name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if runtime.GOOS != "windows" {
		if info, err := os.Stat(keyFile); err != nil || info.Mode() != 0o600 {
			t.Errorf("the key is %v %v", info.Mode(), err)
		}
	}

	if err := l.WritePair(certFile, keyFile, Names{}, true); err != nil {
		t.Fatal(err)
	}
	if again, err := tls.LoadX509KeyPair(certFile, keyFile); err != nil || again.Leaf.Equal(pair.Leaf) {
		t.Errorf("force has not overwritten the pair: %v", err)
	}
}

func TestWritePairOverwritesNothing(t *testing.T) {
	for _, there := range []string{"server.crt", "server.key"} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, there), []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		err := open(t, "", always(home)).WritePair(filepath.Join(dir, "server.crt"), filepath.Join(dir, "server.key"), Names{}, false)
		if !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), there) {
			t.Errorf("%s: %v", there, err)
		}
		if data, _ := os.ReadFile(filepath.Join(dir, there)); string(data) != "mine" {
			t.Errorf("%s is overwritten", there)
		}
		if files, _ := os.ReadDir(dir); len(files) != 1 {
			t.Errorf("the folder holds %v, want %s alone", files, there)
		}
	}
}

func TestWritePairLeavesNoHalf(t *testing.T) {
	dir := t.TempDir()
	keyFile := filepath.Join(dir, "server.key")
	err := open(t, "", always(home)).WritePair(filepath.Join(dir, "none", "server.crt"), keyFile, Names{}, false)
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), filepath.Join("none", "server.crt")) {
		t.Errorf("%v, want one that names the file", err)
	}
	if _, err := os.Stat(keyFile); err == nil {
		t.Error("the key is left without its certificate")
	}
}

func TestWritePairRefusesNames(t *testing.T) {
	l := open(t, "", always(home))
	for _, extra := range []Names{{DNS: []string{"example.com"}}, {DNS: []string{"a b.local"}}, {IPs: []net.IP{net.IPv4(8, 8, 8, 8)}}} {
		dir := t.TempDir()
		if err := l.WritePair(filepath.Join(dir, "c"), filepath.Join(dir, "k"), extra, true); err == nil || !strings.Contains(err.Error(), extra.strings()[0]) {
			t.Errorf("%v: %v", extra.strings(), err)
		}
		if files, _ := os.ReadDir(dir); len(files) != 0 {
			t.Errorf("%v: something was written", extra.strings())
		}
	}
}

func TestFingerprint(t *testing.T) {
	// SHA-256 of "abc" (FIPS 180-2, appendix B.1).
	got := Fingerprint(&x509.Certificate{Raw: []byte("abc")})
	const want = "BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD"
	if got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// A client that trusts the authority alone gets through to a server with
// either kind of certificate.
func TestHandshake(t *testing.T) {
	l := open(t, "", MachineNames)
	dir := t.TempDir()
	if err := l.WritePair(filepath.Join(dir, "c"), filepath.Join(dir, "k"), Names{}, false); err != nil {
		t.Fatal(err)
	}
	files, err := OpenFiles(filepath.Join(dir, "c"), filepath.Join(dir, "k"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(l.CA())
	for name, get := range map[string]func(*tls.ClientHelloInfo) (*tls.Certificate, error){"Local": l.GetCertificate, "Files": files.GetCertificate} {
		ln, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{GetCertificate: get})
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		served := make(chan error, 1)
		go func() {
			conn, err := ln.Accept()
			if err == nil {
				err = conn.(*tls.Conn).Handshake()
				conn.Close()
			}
			served <- err
		}()
		conn, err := tls.Dial("tcp", ln.Addr().String(), &tls.Config{RootCAs: roots}) // for 127.0.0.1
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if n := len(conn.ConnectionState().PeerCertificates); n != 2 {
			t.Errorf("%s: %d certificates served, want 2", name, n)
		}
		conn.Close()
		if err := <-served; err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
