package peer

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// testSink keeps what a Viewer gives it, and finds what it must not give.
type testSink struct {
	info CameraInfo
	slow chan struct{} // if there is one, each write takes one from it
	fail error         // what writing returns

	mu        sync.Mutex
	formats   []Format
	begins    int
	begunWith []string
	closed    int
	frames    []sunk
	last      []time.Duration
	waits     bool // the next picture must be a key frame
	wrong     []string
	keep      int // how many frames are kept; 0: all
}

// sunk is a frame that came, and when.
type sunk struct {
	Frame
	mime string
	at   time.Time
}

func (s *testSink) complain(format string, a ...any) {
	s.wrong = append(s.wrong, fmt.Sprintf(format, a...))
}

func (s *testSink) Begin(formats []Format) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.formats = formats
	s.begins++
	s.begunWith = append(s.begunWith, fmt.Sprint(formats))
	s.waits = true
	for i, f := range formats {
		if i > 0 && strings.HasPrefix(f.MIME, "video/") {
			s.complain("pictures behind sound: %v", formats)
		}
	}
	for len(s.last) < len(formats) {
		s.last = append(s.last, 0)
	}
	return nil
}

func (s *testSink) WriteFrame(index int, f Frame) error {
	if s.slow != nil {
		<-s.slow
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed > 0:
		s.complain("a frame after Close")
	case index >= len(s.formats):
		s.complain("a frame of format %d", index)
		return nil
	case len(s.frames) == 0 && f.Time != 0:
		s.complain("the first frame is of %v", f.Time)
	case f.Time < s.last[index]:
		s.complain("frame of %v behind one of %v", f.Time, s.last[index])
	}
	s.last[index] = f.Time
	if strings.HasPrefix(s.formats[index].MIME, "video/") {
		if s.waits && !f.Key {
			s.complain("begins with a picture that needs others")
		}
		if f.Key != isKey(s.formats[index].MIME, f.Data) {
			s.complain("a picture is taken for what it is not")
		}
		s.waits = false
	}
	if s.keep > 0 && len(s.frames) > s.keep {
		s.frames = s.frames[1:]
	}
	s.frames = append(s.frames, sunk{f, s.formats[index].MIME, time.Now()})
	return s.fail
}

func (s *testSink) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed++
	return nil
}

// all returns the frames of a kind: "video/", "audio/".
func (s *testSink) all(kind string) (found []sunk) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.frames {
		if strings.HasPrefix(f.mime, kind) {
			found = append(found, f)
		}
	}
	return found
}

// keepsTime wants the newest frames to be of when they came.
func (s *testSink) keepsTime(t *testing.T) {
	t.Helper()
	s.mu.Lock()
	first := s.frames[0]
	s.mu.Unlock()
	for _, kind := range []string{"video/", "audio/"} {
		all := s.all(kind)
		if last := all[len(all)-1]; (last.Time - last.at.Sub(first.at)).Abs() > 300*time.Millisecond {
			t.Errorf("the last frame of %s came %v behind the first and is of %v", kind, last.at.Sub(first.at), last.Time)
		}
	}
}

func (s *testSink) begun() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.begins
}

func (s *testSink) closings() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// pictures is how many there are.
func (s *testSink) pictures() int { return len(s.all("video/")) }

// in returns how many pictures come within d.
func (s *testSink) in(d time.Duration) int {
	before := s.pictures()
	time.Sleep(d)
	return s.pictures() - before
}

// sinks are those that a Viewer opened.
type sinks struct {
	mu     sync.Mutex
	opened []*testSink
}

func (s *sinks) open(_ context.Context, info CameraInfo) (Sink, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sink := &testSink{info: info}
	s.opened = append(s.opened, sink)
	return sink, nil
}

func (s *sinks) all() []*testSink {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*testSink(nil), s.opened...)
}
