package source

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/webrtc/v4"

	"inbox/peer"
)

// fileOf returns the path of a new file with these bytes.
func fileOf(t *testing.T, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "film")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func openFile(t *testing.T, content []byte, o StreamOptions) *Stream {
	t.Helper()
	s, err := File(t.Context(), fileOf(t, content), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFileInRealTime(t *testing.T) {
	tests := []struct {
		name string
		opts StreamOptions
		film []byte
		step time.Duration
	}{
		{"as the stream says", StreamOptions{}, film(t, spsHigh, 7, 3), time.Second / 15},
		{"as the options say", StreamOptions{FPS: 50}, film(t, spsHigh, 7, 3), time.Second / 50},
		{"by IVF's time stamps", StreamOptions{}, ivfFile("VP80", 10, vp8Frame(true, 0), vp8Frame(false, 1), vp8Frame(false, 2)), time.Second / 10},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := openFile(t, tt.film, tt.opts)
				m, err := s.Open(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				defer m.Close()
				time.Sleep(3 * time.Second) // nothing plays before somebody watches
				e, err := m.Encode(s.Formats()[0], peer.Rung{})
				if err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				frames := 0
				for ; ; frames++ {
					f, err := e.Next(t.Context())
					if errors.Is(err, io.EOF) {
						break
					}
					if err != nil {
						t.Fatal(err)
					}
					want := time.Duration(frames) * tt.step
					if got := time.Since(start); got != want {
						t.Errorf("frame %d came after %v, want %v", frames, got, want)
					}
					if got := f.Time - 3*time.Second; got != want {
						t.Errorf("frame %d is of %v, want %v", frames, got, want)
					}
				}
				if frames < 3 {
					t.Errorf("%d frames", frames)
				}
			})
		})
	}
}

// TestFileLoop has films that begin in the middle, so to speak: what comes
// before the first key frame is left out each time.
func TestFileLoop(t *testing.T) {
	first, second := vp8Frame(true, 1), vp8Frame(false, 2)
	lead := joined(nal(t, spsHigh)[4:], nal(t, ppsPlain)[4:], pic(9))
	tests := []struct {
		name string
		film []byte
		want [][]byte
	}{
		{"H.264", slices.Concat(lead, joined(idr(1), pic(2))), [][]byte{slices.Concat(nal(t, spsHigh, ppsPlain), joined(idr(1))), joined(pic(2))}},
		{"IVF", ivfFile("VP80", 15, vp8Frame(false, 0), first, second), [][]byte{first, second}},
		{"one picture", ivfFile("VP80", 15, first), [][]byte{first}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := openFile(t, tt.film, StreamOptions{Loop: true})
				_, e := encodeStream(t, s)
				for i := range 9 {
					f := nextFrame(t, e)
					if want := tt.want[i%len(tt.want)]; !bytes.Equal(f.Data, want) {
						t.Fatalf("frame %d is %x, want %x", i, f.Data, want)
					}
					if want := time.Duration(i) * (time.Second / 15); (f.Time - want).Abs() > time.Microsecond {
						t.Errorf("frame %d is of %v, want %v", i, f.Time, want)
					}
				}
			})
		})
	}
}

func TestFileErrors(t *testing.T) {
	tests := []struct {
		name string
		film []byte
		opts StreamOptions
		want error
		word string
	}{
		{"empty", nil, StreamOptions{}, ErrFormat, "Annex B"},
		{"parameter sets alone", nal(t, spsHigh, ppsPlain), StreamOptions{}, ErrFormat, "no picture"},
		{"B-frames", film(t, sps720, 2, 2), StreamOptions{}, ErrBFrames, "-bf 0"},
		{"High 10", film(t, spsTen+"5005bb016c80000003008000001e078c18cb", 2, 2), StreamOptions{}, ErrProfile, "High 10"},
		{"Matroska", []byte("\x1a\x45\xdf\xa3"), StreamOptions{}, ErrFormat, "unpack"},
		{"another format", film(t, spsHigh, 2, 2), StreamOptions{Format: webrtc.MimeTypeVP8}, ErrFormat, "should be video/VP8"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := File(t.Context(), fileOf(t, tt.film), tt.opts)
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.word) {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, err := File(t.Context(), t.TempDir(), StreamOptions{}); !errors.Is(err, ErrFormat) {
		t.Errorf("a directory: %v", err)
	}
	if _, err := File(t.Context(), filepath.Join(t.TempDir(), "none"), StreamOptions{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

func TestFileWithoutKeyFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openFile(t, ivfFile("VP80", 25, vp8Frame(false, 0)), StreamOptions{Loop: true})
		_, e := encodeStream(t, s)
		if _, err := e.Next(t.Context()); !errors.Is(err, ErrFormat) {
			t.Errorf("got %v", err)
		}
	})
}

func TestFileGone(t *testing.T) {
	s := openFile(t, film(t, spsHigh, 2, 2), StreamOptions{})
	if err := os.Remove(s.path); err != nil {
		t.Fatal(err)
	}
	_, e := encodeStream(t, s)
	if _, err := e.Next(t.Context()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// TestFileAfterSleep has the computer asleep while a file plays: what was missed
// is not hurried through.
func TestFileAfterSleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newEncodedMedia(webrtc.MimeTypeVP8, &tally{})
		e, err := m.Encode(webrtc.MimeTypeVP8, peer.Rung{})
		if err != nil {
			t.Fatal(err)
		}
		p := &player{stream: &Stream{}, media: m, opened: time.Now()}
		start := time.Now()
		var times []time.Duration
		for i := range 4 {
			if i == 2 {
				time.Sleep(time.Minute)
			}
			if err := p.show(t.Context(), unit{data: []byte{1}, key: true, pts: time.Duration(i) * time.Second}); err != nil {
				t.Fatal(err)
			}
			times = append(times, nextFrame(t, e).Time)
		}
		if want := []time.Duration{0, time.Second, 61 * time.Second, 62 * time.Second}; !slices.Equal(times, want) {
			t.Errorf("times %v, want %v", times, want)
		}
		if got := time.Since(start); got != 62*time.Second {
			t.Errorf("took %v", got)
		}
	})
}
