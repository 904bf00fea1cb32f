//go:build vivid

package vivid_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// guest is a virtual machine with a camera, and a shell in it.
type guest struct {
	in    io.Writer
	lines chan string // closed when the machine ends
}

const (
	bootTime = 2 * time.Minute // on a busy computer; else 5 s
	workTime = time.Minute     // for one command
)

// boot starts the machine that scripts/vivid made; it ends with the test.
func boot(t *testing.T) *guest {
	t.Helper()
	dir := os.Getenv("INBOX_VIVID")
	if dir == "" {
		t.Fatal("run these tests by: make vivid")
	}
	cmd := exec.CommandContext(t.Context(), "qemu-system-x86_64",
		"-accel", "tcg,thread=multi", // KVM is not everywhere, and where it is nested fails at times
		"-cpu", "max", "-smp", "2", "-m", "768",
		"-display", "none", "-monitor", "none", "-vga", "none", "-no-reboot",
		"-nic", "user,model=e1000",
		"-kernel", filepath.Join(dir, "vmlinuz"), "-initrd", filepath.Join(dir, "initrd"),
		"-append", "console=ttyS1 quiet panic=-1 random.trust_cpu=on",
		"-serial", "stdio", "-serial", "file:"+filepath.Join(t.TempDir(), "console"))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var trouble strings.Builder
	cmd.Stderr = &trouble
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	g := &guest{in: in, lines: make(chan string, 10_000)}
	read := make(chan struct{})
	go func() {
		defer close(read)
		defer close(g.lines)
		scanner := bufio.NewScanner(out)
		for scanner.Scan() {
			g.lines <- strings.TrimRight(scanner.Text(), "\r")
		}
	}()
	t.Cleanup(func() { // the test's context has ended
		for range g.lines {
		}
		<-read
		_ = cmd.Wait() // it was killed
		if t.Failed() && trouble.Len() > 0 {
			t.Log("qemu: ", trouble.String())
		}
	})
	g.await(t, "ready", bootTime)
	return g
}

// await returns the lines up to one that begins with text, and that line.
func (g *guest) await(t *testing.T, text string, patience time.Duration) (lines []string, last string) {
	t.Helper()
	late := time.After(patience)
	for {
		select {
		case line, ok := <-g.lines:
			switch {
			case !ok:
				t.Fatalf("the machine ended before it wrote %q; it wrote:\n%s", text, strings.Join(lines, "\n"))
			case strings.HasPrefix(line, text):
				return lines, line
			}
			lines = append(lines, line)
		case <-late:
			t.Fatalf("no %q within %v; the machine wrote:\n%s", text, patience, strings.Join(lines, "\n"))
		}
	}
}

// run runs one line of the shell, and returns what it writes.
func (g *guest) run(t *testing.T, command string) string {
	t.Helper()
	if _, err := fmt.Fprintln(g.in, command); err != nil {
		t.Fatal(err)
	}
	lines, status := g.await(t, "status ", workTime)
	written := strings.Join(lines, "\n")
	if status != "status 0" {
		t.Errorf("%s: %s; it wrote:\n%s", command, status, written)
	}
	return written
}

// unplug takes the camera away, plug gives it back.
func (g *guest) unplug(t *testing.T) {
	g.run(t, "echo vivid.0 >/sys/bus/platform/drivers/vivid/unbind")
}
func (g *guest) plug(t *testing.T) { g.run(t, "echo vivid.0 >/sys/bus/platform/drivers/vivid/bind") }
