package sink

import (
	"bufio"
	"bytes"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
)

// pieces are the containers that are written in pieces, with a codec of theirs.
func pieces() map[string]string {
	return map[string]string{"film.mp4": webrtc.MimeTypeH264, "film.mkv": webrtc.MimeTypeH264, "film.webm": webrtc.MimeTypeVP8}
}

// TestKilled kills a process that records, again and again at another moment.
func TestKilled(t *testing.T) {
	const seconds, times = 8, 4
	sound := beeps(t, seconds)
	for name, mime := range pieces() {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			takes := woven(film(t, shot{mime, 320, 240, seconds, 100}), sound)
			var encoded bytes.Buffer
			if err := gob.NewEncoder(&encoded).Encode(children(takes)); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(folder, "takes"), encoded.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			for i := range times {
				path := filepath.Join(folder, fmt.Sprint(i)+name)
				n := len(takes)/4 + rand.IntN(len(takes)/2)
				kill(t, filepath.Join(folder, "takes"), path, mime, n)
				p := probeCut(t, path)
				if written, want := p.duration(t), takes[n-1].Time.Seconds(); written < want-1.05 {
					t.Errorf("killed after frame %d, at %v s: %v s are there", n, want, written)
				}
				last := p.times(t, "video")
				if end := last[len(last)-1]; end < takes[n-1].Time.Seconds()-1.1 {
					t.Errorf("killed after frame %d, at %v: pictures until %v s", n, takes[n-1].Time, end)
				}
			}
		})
	}
}

const childEnv = "SINK_TEST_RECORD"

// child is a take in a form that goes to another process.
type child struct {
	Index int
	Data  []byte
	Time  time.Duration
	Key   bool
}

func children(takes []take) (list []child) {
	for _, f := range takes {
		list = append(list, child{f.index, f.Data, f.Time, f.Key})
	}
	return list
}

// kill lets a process record until it has written n frames. It goes on with some
// more, during which it is killed.
func kill(t *testing.T, takes, path, mime string, n int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRecordingProcess$")
	cmd.Env = append(os.Environ(), childEnv+"="+path, "SINK_TEST_TAKES="+takes, "SINK_TEST_MIME="+mime)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := in.Write(make([]byte, n+rand.IntN(60))); err != nil {
		t.Error(err)
	}
	if _, err := io.CopyN(io.Discard, out, int64(n)); err != nil {
		t.Errorf("the process wrote less than %d frames: %v", n, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = cmd.Wait() // it says that it was killed
}

// TestRecordingProcess is the process that TestKilled kills. It writes a frame
// for each byte that it reads, and answers with one.
func TestRecordingProcess(t *testing.T) {
	path := os.Getenv(childEnv)
	if path == "" {
		t.Skip("it is started by TestKilled")
	}
	var takes []child
	if err := gob.NewDecoder(bytes.NewReader(read(t, os.Getenv("SINK_TEST_TAKES")))).Decode(&takes); err != nil {
		t.Fatal(err)
	}
	r := newRecorder(t, Options{Name: path})
	if err := r.Begin(formats(os.Getenv("SINK_TEST_MIME"))); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(os.Stdin)
	for _, f := range takes {
		if _, err := in.ReadByte(); err != nil {
			t.Fatal(err)
		}
		if err := r.WriteFrame(f.Index, frameOf(f)); err != nil {
			t.Fatal(err)
		}
		os.Stdout.Write([]byte{1})
	}
	_, _ = in.ReadByte() // for ever
}

// TestCutAnywhere plays what a crash of the whole machine leaves: a file that
// ends in the middle of a piece.
func TestCutAnywhere(t *testing.T) {
	const seconds = 4
	for name, mime := range pieces() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			record(t, newRecorder(t, Options{Name: path}), mime, woven(film(t, shot{mime, 160, 120, seconds, 60}), beeps(t, seconds)))
			whole := read(t, path)
			for _, part := range []float64{0.9, 0.75, 0.61, 0.5} {
				cut := filepath.Join(t.TempDir(), name)
				if err := os.WriteFile(cut, whole[:int(float64(len(whole))*part)], 0o600); err != nil {
					t.Fatal(err)
				}
				// It may complain of the end, and must give what is before.
				out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "quiet", "-show_frames", "-of", "json", cut).Output()
				var p probed
				if err = errors.Join(err, json.Unmarshal(out, &p)); err != nil {
					t.Fatal(err)
				}
				if got := p.count("video"); float64(got) < (seconds*part-1.5)*filmRate {
					t.Errorf("with %v of the file there are %d pictures", part, got)
				}
			}
		})
	}
}

// fullDisk is a file system with room for some bytes.
type fullDisk struct {
	osDisk
	room int64
}

func (d *fullDisk) OpenFile(name string, flag int, perm fs.FileMode) (file, error) {
	f, err := d.osDisk.OpenFile(name, flag, perm)
	return &fullFile{f, d}, err
}

type fullFile struct {
	file
	disk *fullDisk
}

func (f *fullFile) WriteAt(b []byte, at int64) (int, error) {
	if at+int64(len(b)) <= f.disk.room {
		return f.file.WriteAt(b, at)
	}
	n, err := f.file.WriteAt(b[:max(0, f.disk.room-at)], at)
	return n, errors.Join(err, &fs.PathError{Op: "write", Path: "film", Err: syscall.ENOSPC})
}

func TestDiskFull(t *testing.T) {
	const seconds = 5
	sound := beeps(t, seconds)
	for name, mime := range pieces() {
		takes := woven(film(t, shot{mime, 160, 120, seconds, 60}), sound)
		whole := filepath.Join(t.TempDir(), name)
		record(t, newRecorder(t, Options{Name: whole}), mime, takes)
		for _, part := range []float64{0.45, 0.7, 0.999} {
			t.Run(fmt.Sprint(name, part), func(t *testing.T) {
				room := int64(float64(len(read(t, whole))) * part)
				path := filepath.Join(t.TempDir(), name)
				r := newRecorder(t, Options{Name: path, disk: &fullDisk{room: room}})
				if err := r.Begin(formats(mime)); err != nil {
					t.Fatal(err)
				}
				var failed error
				for _, f := range takes {
					if failed = r.WriteFrame(f.index, f.Frame); failed != nil {
						break
					}
				}
				if failed == nil {
					failed = r.Close()
				}
				if !errors.Is(failed, ErrFull) || !errors.Is(failed, syscall.ENOSPC) {
					t.Fatalf("the disk was full, and the error: %v", failed)
				}
				if err := r.WriteFrame(0, takes[0].Frame); err != nil && !errors.Is(err, ErrFull) {
					t.Errorf("after it: %v", err)
				}
				if err := r.Close(); err != nil {
					t.Errorf("closed: %v", err)
				}
				size := int64(len(read(t, path)))
				if size > room {
					t.Fatalf("%d bytes on a disk with %d", size, room)
				}
				if p := probe(t, path); float64(p.count("video")) < (part*seconds-1.4)*filmRate || p.duration(t) < part*seconds-1.4 {
					t.Errorf("%d pictures, %v s in %d bytes", p.count("video"), p.duration(t), size)
				}
			})
		}
	}
}

// TestNoRoomAtAll leaves no file behind that has nothing in it.
func TestNoRoomAtAll(t *testing.T) {
	for name, mime := range pieces() {
		folder := t.TempDir()
		r := newRecorder(t, Options{Name: filepath.Join(folder, name), disk: &fullDisk{room: 100}})
		if err := r.Begin(formats(mime)); err != nil {
			t.Fatal(err)
		}
		if err := r.WriteFrame(0, film(t, shot{mime, 64, 64, 0.1, 3})[0]); !errors.Is(err, ErrFull) {
			t.Errorf("%s: %v", name, err)
		}
		if got := list(t, folder); len(got) > 0 {
			t.Errorf("left behind: %q", got)
		}
	}
}

// TestClockStandsStill gives frames that all have the same time: what is
// collected of them is bounded.
func TestClockStandsStill(t *testing.T) {
	for name, mime := range pieces() {
		path := filepath.Join(t.TempDir(), name)
		r := newRecorder(t, Options{Name: path})
		pictures := film(t, shot{mime, 64, 64, 0.1, 3})
		give(t, r, formats(mime), []take{{0, pictures[0]}})
		large := pictures[1]
		large.Data = append(bytes.Clone(large.Data), bytes.Repeat([]byte{1}, 1<<20)...)
		for range 20 {
			if err := r.WriteFrame(0, large); err != nil {
				t.Fatal(err)
			}
		}
		if size := fileSize(t, path); size < pieceSize {
			t.Errorf("%s: only %d bytes are written", name, size)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		if err := r.WriteFrame(0, pictures[0]); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("written after the end: %v", err)
		}
	}
}
