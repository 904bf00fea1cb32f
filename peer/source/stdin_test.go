package source

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"inbox/peer"
)

// asChild makes the test binary behave as a program that shares its standard input.
const asChild = "SOURCE_TEST_CHILD"

func TestStandardInput(t *testing.T) {
	if os.Getenv(asChild) != "" {
		standardInputChild(t)
		return
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestStandardInput$", "-test.timeout=30s")
	child.Env = append(os.Environ(), asChild+"=1")
	child.WaitDelay = time.Second
	in, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	for i := range byte(2) {
		expect(t, out, "ready")
		// Two pictures: the second's beginning ends the first.
		write(t, in, slices.Concat(nal(t, spsHigh, ppsPlain), joined(idr(i), pic(i))))
		expect(t, out, "key")
	}
	expect(t, out, "closed") // although the pipe is still open
	if err := child.Wait(); err != nil {
		t.Error(err)
	}
}

// expect reads from r until a line with word.
func expect(t *testing.T, r io.Reader, word string) {
	t.Helper()
	var line []byte
	for b := make([]byte, 1); ; {
		if _, err := r.Read(b); err != nil {
			t.Fatalf("%v after %q, want %s", err, line, word)
		}
		if line = append(line, b...); b[0] != '\n' {
			continue
		}
		if bytes.Contains(line, []byte(word)) {
			return
		}
		line = line[:0]
	}
}

func standardInputChild(t *testing.T) {
	s, err := File(t.Context(), "-", StreamOptions{Format: "video/h264"})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		m, err := s.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		e, err := m.Encode(s.Formats()[0], peer.Rung{})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println("ready")
		if f := nextFrame(t, e); f.Key {
			fmt.Println("key")
		}
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	fmt.Println("closed")
}

func TestStandardInputIsNoPipe(t *testing.T) {
	regular := filepath.Join(t.TempDir(), "film.h264")
	if err := os.WriteFile(regular, film(t, spsHigh, 2, 2), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, word := range map[string]string{os.DevNull: "terminal", regular: "name"} {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := checkStandardInput(f); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%s: %v", path, err)
		}
	}
}
