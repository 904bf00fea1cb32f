//go:build unix

package sink

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/pion/webrtc/v4"
)

// TestFIFO records into a named pipe that is there: it is written to as it is.
func TestFIFO(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe.mkv")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "copy.mkv")
	done := make(chan error)
	go func() {
		b, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(copied, b, 0o600)
		}
		done <- err
	}()
	mime := webrtc.MimeTypeVP8
	record(t, newRecorder(t, Options{Name: path}), mime, woven(film(t, shot{mime, 64, 64, 2, 30}), beeps(t, 2)))
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if p := probe(t, copied); p.count("video") != 2*filmRate {
		t.Errorf("%d pictures came out of it", p.count("video"))
	}
}
