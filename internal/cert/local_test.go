package cert

import (
	"bytes"
	"crypto/x509"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

var home = Names{
	DNS: []string{"localhost", "inbox.local", "den", "den.local"},
	IPs: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback, net.IPv4(192, 168, 1, 7), net.ParseIP("fe80::1"), net.IPv4(203, 0, 113, 9)},
}

func always(n Names) func() Names { return func() Names { return n } }

func open(t *testing.T, dir string, names func() Names) *Local {
	t.Helper()
	l, err := OpenLocal(dir, names, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// verify is what a device does that trusts l's authority and calls name.
func verify(l *Local, leaf *x509.Certificate, name string) error {
	roots := x509.NewCertPool()
	roots.AddCert(l.CA())
	_, err := leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: name})
	return err
}

func TestLeafIsAcceptedForEveryName(t *testing.T) {
	l := open(t, "", always(home))
	for _, name := range home.strings() {
		if err := verify(l, l.Leaf(), name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := verify(l, l.Leaf(), "other.local"); err == nil {
		t.Error("accepted for a name that it does not have")
	}
}

func TestKeptOverReopen(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	first, second := open(t, dir, always(home)), open(t, dir, always(home))
	if !first.CA().Equal(second.CA()) || !first.Leaf().Equal(second.Leaf()) {
		t.Error("opening again made another authority or leaf")
	}
	if runtime.GOOS == "windows" {
		return // has no such permissions
	}
	for file, want := range map[string]fs.FileMode{dir: 0o700 | fs.ModeDir, filepath.Join(dir, authorityFile): 0o600, filepath.Join(dir, leafFile): 0o600} {
		if info, err := os.Stat(file); err != nil || info.Mode() != want {
			t.Errorf("%s: %v %v, want %v", file, info.Mode(), err, want)
		}
	}
	if files, _ := os.ReadDir(dir); len(files) != 2 {
		t.Errorf("the folder holds %v, want two files", files)
	}
}

func TestOpenedByManyAtOnce(t *testing.T) {
	for range 30 {
		dir := filepath.Join(t.TempDir(), "inbox")
		var all [4]*Local
		var wg sync.WaitGroup
		for i := range all {
			wg.Go(func() {
				var err error
				if all[i], err = OpenLocal(dir, always(home), slog.New(slog.DiscardHandler)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if t.Failed() {
			return
		}
		for _, l := range all {
			if !l.CA().Equal(all[0].CA()) {
				t.Fatal("two authorities")
			}
			if err := verify(all[0], l.Leaf(), "localhost"); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestDamagedFile(t *testing.T) {
	for _, name := range []string{authorityFile, leafFile} {
		dir := t.TempDir()
		open(t, dir, always(home))
		file := filepath.Join(dir, name)
		good, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range [][]byte{nil, []byte("nonsense"), good[:len(good)/2], bytes.Replace(good, []byte("M"), []byte("N"), 1)} {
			if err := os.WriteFile(file, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := OpenLocal(dir, always(home), slog.New(slog.DiscardHandler))
			if err == nil || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), "delete it") {
				t.Errorf("%s with %d bytes: %v", name, len(bad), err)
			}
		}
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		open(t, dir, always(home))
	}
}

func TestLeafInTheAuthoritysPlace(t *testing.T) {
	dir := t.TempDir()
	open(t, dir, always(home))
	if err := os.Rename(filepath.Join(dir, leafFile), filepath.Join(dir, authorityFile)); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenLocal(dir, always(home), slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), authorityFile) {
		t.Errorf("opened: %v", err)
	}
}

func TestFolderCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(file, "inbox")
	if _, err := OpenLocal(dir, always(home), slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("opened: %v", err)
	}
}

func TestFolderCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	if os.WriteFile(filepath.Join(dir, "probe"), nil, 0o600) == nil {
		t.Skip("this user may write everywhere")
	}
	_, err := OpenLocal(dir, always(home), slog.New(slog.DiscardHandler))
	if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), filepath.Join(dir, authorityFile)) {
		t.Errorf("opened: %v", err)
	}
}
