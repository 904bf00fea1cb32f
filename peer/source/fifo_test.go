//go:build unix

package source

import (
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
)

func TestNamedPipeIsLive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "camera")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	var writer sync.WaitGroup
	defer writer.Wait()
	writer.Go(func() {
		w, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			t.Error(err)
			return
		}
		defer w.Close()
		write(t, w, film(t, spsHigh, 3, 1))
	})
	s, err := File(t.Context(), path, StreamOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.live == nil || s.Formats()[0] != h264Format {
		t.Errorf("%+v", s)
	}
}
