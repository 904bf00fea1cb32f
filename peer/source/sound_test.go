package source

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"inbox/peer"
)

func TestSoundClock(t *testing.T) {
	tests := []struct {
		name   string
		card   float64 // seconds of the card in one of the computer
		jitter time.Duration
	}{
		{"exact", 1, 0},
		{"jitter", 1, 10 * time.Millisecond},
		{"slow", 0.9998, 5 * time.Millisecond},
		{"fast", 1.0002, 5 * time.Millisecond},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, 2))
			var c soundClock
			last := -soundPacket
			const hour = 180_000 // packets
			for i := range hour {
				begin := time.Duration(float64(i) * float64(soundPacket) / tt.card)
				got, ok := c.next(begin + time.Duration(random.Int64N(int64(tt.jitter+1))))
				if !ok {
					continue
				}
				if off := (got - begin).Abs(); off > clockTolerance+soundPacket {
					t.Fatalf("packet %d begins at %v and has time %v", i, begin, got)
				}
				if step := got - last; i > 0 && step != soundPacket && (tt.card >= 1 || step != 2*soundPacket) {
					t.Fatalf("packet %d comes %v after the one before", i, step)
				}
				last = got
			}
		})
	}
}

func TestSoundClockSleep(t *testing.T) {
	var c soundClock
	c.next(0)
	if got, ok := c.next(time.Minute); !ok || got != time.Minute {
		t.Errorf("after a minute's sleep a packet has time %v, %v", got, ok)
	}
	if got, ok := c.next(time.Minute + soundPacket); !ok || got != time.Minute+soundPacket {
		t.Errorf("and the next one %v, %v", got, ok)
	}
}

// TestBeepWithFlash listens and looks at what the same moment sounds and looks like.
func TestBeepWithFlash(t *testing.T) {
	p, err := openPattern(PatternOptions{Width: 640, Height: 360, FPS: 50})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		at := time.Unix(1_700_000_000, 0).Add(time.Duration(i) * soundPacket)
		flash := p.draw(at).YCbCrAt(600, 270).Y == white
		var energy float64
		for _, s := range beep(at) {
			energy += float64(s) * float64(s)
		}
		if loud := energy > 0; loud != flash || flash != (i%50 < 5) {
			t.Errorf("at %v: loud is %v, flash is %v", at, loud, flash)
		}
	}
}

func TestTonePace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, start := openTone(), time.Now()
		want := func(begin time.Duration) {
			t.Helper()
			p, err := s.next(t.Context())
			if err != nil || p.time != begin || len(p.samples) != packetFrames {
				t.Fatalf("%d samples of %v, %v; want those of %v", len(p.samples), p.time, err, begin)
			}
			if now := time.Since(start); now < begin+soundPacket {
				t.Fatalf("the packet that begins at %v was there at %v", begin, now)
			}
		}
		for i := range 10 {
			want(time.Duration(i) * soundPacket)
		}
		time.Sleep(9 * soundPacket)
		want(10 * soundPacket)
		time.Sleep(time.Hour)
		want(time.Hour + 9*soundPacket)

		if err := errors.Join(s.Close(), s.Close()); err != nil {
			t.Error(err)
		}
		if _, err := s.next(t.Context()); !errors.Is(err, io.EOF) {
			t.Errorf("next after Close: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := openTone().next(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("next with a cancelled context: %v", err)
		}
	})
}

// fakeSource gives one frame of its format at time 0.
type fakeSource struct {
	format string
	origin time.Time
	closed bool
	err    error // of Open
}

func (s *fakeSource) Formats() []string                        { return []string{s.format} }
func (s *fakeSource) Open(context.Context) (peer.Media, error) { return s, s.err }
func (s *fakeSource) openedAt() time.Time                      { return s.origin }
func (s *fakeSource) Size() (width, height int, fps float64)   { return 1, 2, 3 }
func (s *fakeSource) Close() error                             { s.closed = true; return nil }
func (s *fakeSource) Encode(format string, _ peer.Rung) (peer.Encoder, error) {
	return fakeEncoder(format), nil
}

type fakeEncoder string

func (e fakeEncoder) Next(context.Context) (peer.Frame, error) {
	return peer.Frame{Data: []byte(e)}, nil
}
func (e fakeEncoder) Close() error { return nil }

func TestWithSound(t *testing.T) {
	now := time.Now()
	video := &fakeSource{format: "video/x", origin: now}
	sound := &fakeSource{format: "audio/x", origin: now.Add(3 * time.Second)}
	m, err := WithSound(video, sound).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for format, later := range map[string]time.Duration{"video/x": 0, "audio/x": 3 * time.Second} {
		if f := nextFrame(t, startEncoder(t, m, format, peer.Rung{})); string(f.Data) != format || f.Time != later {
			t.Errorf("%s: got %q at %v, want it at %v", format, f.Data, f.Time, later)
		}
	}
	if w, h, fps := m.Size(); w != 1 || h != 2 || fps != 3 {
		t.Errorf("size %d, %d, %v", w, h, fps)
	}
	if err := m.Close(); err != nil || !video.closed || !sound.closed {
		t.Errorf("Close: %v, video %v, sound %v", err, video.closed, sound.closed)
	}
}

func TestNoSound(t *testing.T) {
	video := &fakeSource{format: "video/x"}
	sound := &fakeSource{format: "audio/x", err: peer.ErrGone}
	m, err := WithSound(video, sound).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if f := nextFrame(t, startEncoder(t, m, "video/x", peer.Rung{})); string(f.Data) != "video/x" {
		t.Errorf("the picture is %q where there is no microphone", f.Data)
	}
	if _, err := m.Encode("audio/x", peer.Rung{}); !errors.Is(err, peer.ErrGone) {
		t.Errorf("sound: %v", err)
	}
	if err := m.Close(); err != nil || !video.closed {
		t.Errorf("Close: %v, the picture's device is closed: %v", err, video.closed)
	}

	video, sound = &fakeSource{format: "video/x"}, &fakeSource{format: "audio/x", err: errors.New("broken")}
	if _, err := WithSound(video, sound).Open(t.Context()); err == nil || !video.closed {
		t.Errorf("a sound that will never be there: %v, the picture's device is closed: %v", err, video.closed)
	}
}
