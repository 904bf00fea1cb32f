package sink

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
)

func TestPattern(t *testing.T) {
	at := time.Date(2027, 3, 9, 14, 5, 6, 0, time.UTC)
	tests := []struct{ path, want, second string }{
		{"yard.mp4", "yard.mp4", "yard-2.mp4"},
		{"a/yard-%Y%m%d-%H%M%S.mp4", "a/yard-20270309-140506.mp4", "a/yard-20270309-140506-2.mp4"},
		{"%F %y%j.mkv", "2027-03-09 27068.mkv", "2027-03-09 27068-2.mkv"},
		{"100%%.mkv", "100%.mkv", "100%-2.mkv"},
		{"yard", "yard", "yard-2"},
		{"yard%Q.mp4", "", ""},
		{"yard%.mp4", "", ""},
		{"%Y/yard.mp4", "", ""},
		{"a/", "", ""},
		{".mp4", "", ""},
	}
	for _, tt := range tests {
		p, err := parsePattern(tt.path)
		if tt.want == "" {
			if !errors.Is(err, ErrName) {
				t.Errorf("%s: %v", tt.path, err)
			}
			continue
		}
		if err != nil || p.path(at, 1) != tt.want || p.path(at, 2) != tt.second {
			t.Errorf("%s: %s, %s, %v", tt.path, p.path(at, 1), p.path(at, 2), err)
		}
		for _, name := range []string{tt.want, tt.second} {
			if !p.matches(filepath.Base(name)) {
				t.Errorf("%s does not match its own %s", tt.path, name)
			}
		}
	}
}

func FuzzPattern(f *testing.F) {
	f.Add("a/yard-%Y%m%d-%H%M%S.mp4")
	f.Add("%%%")
	f.Add("\xff.mp4")
	f.Fuzz(func(t *testing.T, path string) {
		p, err := parsePattern(path)
		if err != nil {
			return
		}
		if name := filepath.Base(p.path(time.Now(), 3)); !strings.ContainsAny(path, "\n\\") && !p.matches(name) {
			t.Errorf("%q does not match its own %q", path, name)
		}
	})
}

// TestSplit begins files at key frames, and removes those that are old, its own only.
func TestSplit(t *testing.T) {
	const seconds = 7
	mime := webrtc.MimeTypeH264
	folder := t.TempDir()
	start := time.Now()
	now, asked := start, 0
	for name, age := range map[string]time.Duration{
		"yard-20010301-000000.mp4": 25 * time.Hour, "yard-20010301-000000-2.mp4": 25 * time.Hour, "yard-20010308-000000.mp4": time.Hour,
		"yard-2001.mp4": 99 * time.Hour, "yard-20010301-000000.mkv": 99 * time.Hour, "garden-20010301-000000.mp4": 99 * time.Hour,
	} {
		path := filepath.Join(folder, name)
		if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Chtimes(path, start.Add(-age), start.Add(-age))); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(folder, "yard-20000301-000000.mp4"), 0o700); err != nil {
		t.Fatal(err)
	}
	r := newRecorder(t, Options{
		Name: filepath.Join(folder, "yard-%Y%m%d-%H%M%S.mp4"), Split: 2 * time.Second, Keep: 24 * time.Hour,
		KeyFrame: func() { asked++ },
		now:      func() time.Time { return now },
	})
	if err := r.Begin(formats(mime)); err != nil {
		t.Fatal(err)
	}
	for _, f := range woven(film(t, shot{mime, 160, 120, seconds, 45}), beeps(t, seconds)) {
		now = start.Add(f.Time.Truncate(time.Second))
		if err := r.WriteFrame(f.index, f.Frame); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	names := list(t, folder)
	want := []string{
		"garden-20010301-000000.mp4", "yard-20000301-000000.mp4", "yard-2001.mp4", "yard-20010301-000000.mkv", "yard-20010308-000000.mp4",
	}
	for _, second := range []time.Duration{0, 3, 6} {
		want = append(want, "yard-"+start.Add(second*time.Second).Format("20060102-150405")+".mp4")
	}
	if !slices.Equal(names, want) {
		t.Errorf("there are %q", names)
	}
	// Key frames come every 1.5 s: the first after 2 s is at 3 s.
	for i, seconds := range []float64{3, 3, 1} {
		p := probe(t, filepath.Join(folder, want[5+i]))
		if d := p.duration(t); math.Abs(d-seconds) > 0.06 || p.count("video") != int(seconds*filmRate) {
			t.Errorf("%s lasts %v s, with %d pictures", want[5+i], d, p.count("video"))
		}
	}
	if asked != 2 {
		t.Errorf("asked for a key frame %d times: two were due a second before they came", asked)
	}
}

func list(t *testing.T, folder string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// TestNumbers splits without a time in the name, where some names are taken.
func TestNumbers(t *testing.T) {
	mime := webrtc.MimeTypeVP8
	takes := woven(film(t, shot{mime, 64, 64, 3, 15}), nil)
	for _, force := range []bool{false, true} {
		folder := t.TempDir()
		other := filepath.Join(folder, "yard-2.webm")
		if err := os.WriteFile(other, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		record(t, newRecorder(t, Options{Name: filepath.Join(folder, "yard.webm"), Split: time.Second, Force: force}), mime, takes)
		want := []string{"yard-2.webm", "yard-3.webm", "yard-4.webm", "yard.webm"}
		if force {
			want = slices.Delete(want, 2, 3)
		}
		if got := list(t, folder); !slices.Equal(got, want) {
			t.Errorf("force %v: %q", force, got)
		}
		if kept := string(read(t, other)) == "mine"; kept == force {
			t.Errorf("force %v: the other file is kept: %v", force, kept)
		}
	}
}

func TestRefused(t *testing.T) {
	folder := t.TempDir()
	there := filepath.Join(folder, "there.mp4")
	if err := errors.Join(os.WriteFile(there, nil, 0o600), os.Mkdir(filepath.Join(folder, "folder.mp4"), 0o700)); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		o    Options
		is   error
		want string
	}{
		{Options{Name: there}, ErrName, "-force"},
		{Options{Name: filepath.Join(folder, "folder.mp4"), Force: true}, ErrName, "is a folder"},
		{Options{Name: filepath.Join(folder, "none", "a.mp4")}, ErrName, "there is no folder"},
		{Options{Name: filepath.Join(there, "a.mp4")}, nil, ""},
		{Options{Name: filepath.Join(folder, "a.avi")}, ErrContainer, ".webm"},
		{Options{Name: filepath.Join(folder, "a.mp4"), Keep: time.Hour}, ErrName, "-keep"},
		{Options{Name: "-"}, ErrName, "pipe"},
		{Options{Name: "-", Pipe: os.Stdout, Split: time.Hour}, ErrName, "-split"},
	}
	for _, tt := range tests {
		_, err := NewRecorder(tt.o)
		if err == nil || tt.is != nil && !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v", tt.o, err)
		}
	}
	r := newRecorder(t, Options{Name: filepath.Join(folder, "a.mp4")})
	if err := r.Begin(formats(webrtc.MimeTypeVP8)); !errors.Is(err, ErrContainer) {
		t.Errorf("MP4 of VP8: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if got := list(t, folder); len(got) != 2 {
		t.Errorf("left behind: %q", got)
	}
}

// TestTakenMeanwhile lets another program make the file after it was checked.
func TestTakenMeanwhile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "yard.webm")
	r := newRecorder(t, Options{Name: path})
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	pictures := film(t, shot{webrtc.MimeTypeVP8, 64, 64, 1, 30})
	if err := r.Begin(formats(webrtc.MimeTypeVP8)); err != nil {
		t.Fatal(err)
	}
	if err := r.WriteFrame(0, pictures[0]); !errors.Is(err, ErrName) {
		t.Errorf("it was overwritten: %v", err)
	}
	if string(read(t, path)) != "mine" {
		t.Error("the other's file is gone")
	}
}

// refusing is a file system that does not open files.
type refusing struct{ osDisk }

func (refusing) OpenFile(name string, _ int, _ fs.FileMode) (file, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
}

func TestNotPermitted(t *testing.T) {
	r := newRecorder(t, Options{Name: filepath.Join(t.TempDir(), "yard.webm"), disk: refusing{}})
	pictures := film(t, shot{webrtc.MimeTypeVP8, 64, 64, 1, 30})
	if err := r.Begin(formats(webrtc.MimeTypeVP8)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := r.WriteFrame(0, pictures[0]); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("the error is %v", err)
		}
	}
}
