package cert

import (
	"bytes"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// twoPairs writes two pairs into a folder and returns the files of the first
// and what copies a file of the second ("crt", "key") over the first's.
func twoPairs(t *testing.T) (certFile, keyFile string, replace func(ext string)) {
	t.Helper()
	dir := t.TempDir()
	l := open(t, "", always(home))
	for _, name := range []string{"server", "next"} {
		if err := l.WritePair(filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key"), Names{}, false); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "server.crt"), filepath.Join(dir, "server.key"), func(ext string) {
		if err := os.Rename(filepath.Join(dir, "next."+ext), filepath.Join(dir, "server."+ext)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOpenFilesErrors(t *testing.T) {
	cases := map[string]struct {
		spoil func(certFile, keyFile string, replace func(string)) error
		want  string
	}{
		"no key":         {func(_, k string, _ func(string)) error { return os.Remove(k) }, "server.key is missing beside"},
		"no certificate": {func(c, _ string, _ func(string)) error { return os.Remove(c) }, "server.crt is missing beside"},
		"neither":        {func(c, k string, _ func(string)) error { return errors.Join(os.Remove(c), os.Remove(k)) }, "there is no"},
		"mismatch":       {func(_, _ string, replace func(string)) error { replace("key"); return nil }, "replace them"},
		"no PEM":         {func(c, _ string, _ func(string)) error { return os.WriteFile(c, []byte("hello"), 0o600) }, "replace them"},
		"unreadable":     {func(c, _ string, _ func(string)) error { return errors.Join(os.Remove(c), os.Mkdir(c, 0o700)) }, "cannot be read"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			certFile, keyFile, replace := twoPairs(t)
			if err := c.spoil(certFile, keyFile, replace); err != nil {
				t.Fatal(err)
			}
			files, err := OpenFiles(certFile, keyFile, slog.New(slog.DiscardHandler))
			if files != nil || err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v, want one line with %q", err, c.want)
			}
			if name == "neither" && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%v is not fs.ErrNotExist", err)
			}
		})
	}
}

func TestFilesAreReadAgain(t *testing.T) {
	certFile, keyFile, replace := twoPairs(t)
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		files, err := OpenFiles(certFile, keyFile, slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		first := files.Leaf()
		served := func() string {
			t.Helper()
			c, err := files.GetCertificate(nil)
			if err != nil {
				t.Fatal(err)
			}
			if !c.Leaf.Equal(files.Leaf()) {
				t.Error("Leaf is not the one that is served")
			}
			return Fingerprint(c.Leaf)
		}

		replace("key")
		for range 5 {
			time.Sleep(lookEvery)
			if served() != Fingerprint(first) {
				t.Fatal("half of a new pair changed what is served")
			}
		}
		if n := strings.Count(log.String(), "level=WARN"); n != 1 {
			t.Errorf("%d warnings, want one: %s", n, log.String())
		}

		replace("crt")
		time.Sleep(lookEvery - time.Millisecond)
		if served() != Fingerprint(first) {
			t.Error("the files are looked at more often than they should be")
		}
		time.Sleep(time.Millisecond)
		if served() == Fingerprint(first) {
			t.Error("the new pair is not served")
		}
	})
}

func TestFilesComeBack(t *testing.T) {
	certFile, keyFile, replace := twoPairs(t)
	synctest.Test(t, func(t *testing.T) {
		files, err := OpenFiles(certFile, keyFile, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		first := files.Leaf()
		if err := errors.Join(os.Remove(certFile), os.Remove(keyFile)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(lookEvery)
		if c, err := files.GetCertificate(nil); err != nil || !c.Leaf.Equal(first) {
			t.Errorf("not served any more: %v", err)
		}
		replace("crt")
		replace("key")
		time.Sleep(lookEvery)
		if c, err := files.GetCertificate(nil); err != nil || c.Leaf.Equal(first) {
			t.Errorf("the pair that came is not served: %v", err)
		}
	})
}
