package source

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/webrtc/v4"

	"inbox/peer"
)

// encodeStream opens s and an encoder of it, which are closed with the test.
func encodeStream(t *testing.T, s peer.Source) (peer.Media, peer.Encoder) {
	t.Helper()
	m, err := s.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	e, err := m.Encode(s.Formats()[0], peer.Rung{Width: 1})
	if err != nil {
		t.Fatal(err)
	}
	return m, e
}

// write writes in a goroutine's own time; the reader is always there.
func write(t *testing.T, w io.Writer, b []byte) {
	t.Helper()
	if _, err := w.Write(b); err != nil {
		t.Error(err)
	}
}

func TestLivePausesEndPictures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		s, err := Live(t.Context(), "pipe", r, StreamOptions{Format: h264Format})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		_, e := encodeStream(t, s)
		const interval = 40 * time.Millisecond
		var wrote [8]time.Time
		var writer sync.WaitGroup
		defer writer.Wait()
		writer.Go(func() {
			write(t, w, nal(t, spsHigh, ppsPlain))
			for i := range wrote {
				wrote[i] = time.Now()
				p := joined(pic(byte(i)))
				if i == 0 {
					p = joined(idr(0))
				}
				write(t, w, p[:7]) // the pipe hands over pieces
				write(t, w, p[7:])
				time.Sleep(interval)
			}
			w.Close()
		})
		start := time.Now()
		for i := range wrote {
			f := nextFrame(t, e)
			want := interval // until the next picture begins
			if i >= earned {
				want = idleTime
			}
			if got := time.Since(wrote[i]); got != want {
				t.Errorf("picture %d came after %v, want %v", i, got, want)
			}
			if got, want := f.Time, wrote[i].Sub(start); got != want {
				t.Errorf("picture %d is of %v, want %v", i, got, want)
			}
		}
		if _, err := e.Next(t.Context()); !errors.Is(err, io.EOF) {
			t.Errorf("at the end: %v", err)
		}
		if stats := s.Stats(); stats != (StreamStats{Frames: 8}) {
			t.Errorf("%+v", stats)
		}
	})
}

// TestLiveBlocks has a writer that writes blocks as they are full, as standard
// output does when nobody flushes it: pauses are in the middle of pictures.
func TestLiveBlocks(t *testing.T) {
	stream := nal(t, spsHigh, ppsPlain)
	for i := range byte(25) {
		stream = appendNAL(stream, slice(0x65, true, 7, i, 350+int(i)))
	}
	want, _, err := parse(t, stream, len(stream))
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{100, 340, 500, 1000} {
		synctest.Test(t, func(t *testing.T) {
			r, w := io.Pipe()
			s, err := Live(t.Context(), "pipe", r, StreamOptions{Format: h264Format})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			_, e := encodeStream(t, s)
			var writer sync.WaitGroup
			defer writer.Wait()
			writer.Go(func() {
				for block := range slices.Chunk(stream, size) {
					write(t, w, block)
					time.Sleep(100 * time.Millisecond)
				}
				w.Close()
			})
			if got := rest(t, e); !slices.EqualFunc(got, want.data(), bytes.Equal) || s.Stats().Damaged != 0 {
				t.Errorf("blocks of %d: %d pictures of %d, %+v", size, len(got), len(want.units), s.Stats())
			}
		})
	}
}

// rest returns the data of all frames that come until the end.
func rest(t *testing.T, e peer.Encoder) [][]byte {
	t.Helper()
	var data [][]byte
	for {
		f, err := e.Next(t.Context())
		if errors.Is(err, io.EOF) {
			return data
		}
		if err != nil {
			t.Fatal(err)
		}
		data = append(data, f.Data)
	}
}

// TestAnnexBWrongPause has pauses that were right become wrong.
func TestAnnexBWrongPause(t *testing.T) {
	var c collector
	var counts tally
	a := newAnnexB(c.emit, &counts)
	put := func(b []byte) {
		t.Helper()
		if err := a.write(b, 0); err != nil {
			t.Fatal(err)
		}
		if err := a.quiet(); err != nil {
			t.Fatal(err)
		}
	}
	put(nal(t, spsHigh, ppsPlain))
	put(joined(idr(0)))
	for i := range byte(earned) {
		put(joined(pic(i)))
	}
	if len(c.units) != 1+earned {
		t.Fatalf("%d units, want all %d", len(c.units), 1+earned)
	}
	whole := joined(pic(10))
	put(whole[:15]) // cut here
	put(whole[15:])
	put(joined(pic(11)))
	if stats := counts.read(); stats.Damaged != 1 {
		t.Errorf("%+v, want one damaged", stats)
	}
	if len(c.units) != 2+earned || !bytes.Equal(c.units[1+earned].data, whole[:15]) {
		t.Errorf("pauses are still believed: %x", c.data())
	}
	put(joined(pic(12)))
	if last := c.units[len(c.units)-1].data; !bytes.Equal(last, joined(pic(11))) {
		t.Errorf("what comes after the damage: %x", last)
	}
}

func TestLiveGoesOnWithoutViewers(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	write(t, w, film(t, spsHigh, 3, 10))
	s, err := Live(t.Context(), "pipe", r, StreamOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := s.Formats(); !slices.Equal(got, []string{webrtc.MimeTypeH264}) {
		t.Fatalf("formats %v", got)
	}
	// More than any buffer on the way holds.
	for range 3000 {
		write(t, w, joined(pic(1), slice(0x41, false, 0, 1, 1000)))
	}
	for range 2 { // the stream outlives a Media
		m, err := s.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		e, err := m.Encode(h264Format, peer.Rung{})
		if err != nil {
			t.Fatal(err)
		}
		write(t, w, joined(pic(2), idr(3), pic(4), pic(5)))
		f := nextFrame(t, e)
		if want := slices.Concat(nal(t, spsHigh, ppsPlain), joined(idr(3))); !f.Key || !bytes.Equal(f.Data, want) {
			t.Errorf("the first frame is %x, want the key frame %x", f.Data, want)
		}
		if f := nextFrame(t, e); f.Key || !bytes.Equal(f.Data, joined(pic(4))) {
			t.Errorf("then %x", f.Data)
		}
		if w, h, fps := m.Size(); w != 352 || h != 288 || fps != 15 {
			t.Errorf("size %dx%d, %v fps", w, h, fps)
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
		if _, err := e.Next(t.Context()); !errors.Is(err, io.EOF) {
			t.Errorf("Next of what is closed: %v", err)
		}
	}
	w.Close()
	<-s.live.done
	if _, err := s.Open(t.Context()); !errors.Is(err, io.EOF) {
		t.Errorf("Open of what has ended: %v", err)
	}
}

func TestLiveClose(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	s, err := Live(t.Context(), "pipe", r, StreamOptions{Format: h264Format})
	if err != nil {
		t.Fatal(err)
	}
	_, e := encodeStream(t, s)
	ended := make(chan error)
	go func() {
		_, err := e.Next(context.Background())
		ended <- err
	}()
	if err := s.Close(); err != nil { // returns although nothing comes
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, io.EOF) {
		t.Errorf("Next: %v", err)
	}
}

func TestLiveErrors(t *testing.T) {
	hevc := []byte("\x00\x00\x00\x01\x40\x01\x0c\x01")
	tests := []struct {
		name, stream string
		want         error
		word         string
	}{
		{"empty", "", io.EOF, "ended before"},
		{"text", "hello", ErrFormat, "Annex B"},
		{"MP4", "\x00\x00\x00\x18ftypisom", ErrFormat, "h264_mp4toannexb"},
		{"H.265", string(hevc), ErrFormat, "--codec h264"},
		{"IVF of something else", string(ivfFile("H264", 30)), ErrFormat, "VP8"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := io.NopCloser(strings.NewReader(tt.stream))
			if _, err := Live(t.Context(), "pipe", in, StreamOptions{}); !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.word) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestLivePatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		start := time.Now()
		_, err := Live(t.Context(), "pipe", r, StreamOptions{})
		if !errors.Is(err, ErrFormat) || time.Since(start) != 15*time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		if _, err := w.Write([]byte{0}); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("the input was left open: %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		r, _ = io.Pipe()
		if _, err := Live(ctx, "pipe", r, StreamOptions{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

func TestLiveUnknownFormat(t *testing.T) {
	r, w := io.Pipe()
	if _, err := Live(t.Context(), "pipe", r, StreamOptions{Format: "video/H265"}); !errors.Is(err, ErrFormat) {
		t.Errorf("got %v", err)
	}
	if _, err := w.Write([]byte{0}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("the input was left open: %v", err)
	}
}

// TestLiveBFrames has a stream that is refused once it runs.
func TestLiveBFrames(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	s, err := Live(t.Context(), "pipe", r, StreamOptions{Format: h264Format})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	_, e := encodeStream(t, s)
	write(t, w, film(t, sps720, 2, 1))
	if _, err := e.Next(t.Context()); !errors.Is(err, ErrBFrames) {
		t.Errorf("Next: %v", err)
	}
	if _, err := s.Open(t.Context()); !errors.Is(err, ErrBFrames) {
		t.Errorf("Open: %v", err)
	}
}

// TestLiveOtherFormat has a stream that is not what the options say.
func TestLiveOtherFormat(t *testing.T) {
	r, w := io.Pipe()
	s, err := Live(t.Context(), "pipe", r, StreamOptions{Format: h264Format})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	_, e := encodeStream(t, s)
	write(t, w, ivfFile("VP80", 30))
	if _, err := e.Next(t.Context()); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "VP8") {
		t.Errorf("got %v", err)
	}
}

func TestLiveIVFTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		s, err := Live(t.Context(), "pipe", r, StreamOptions{Format: webrtc.MimeTypeVP8})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		_, e := encodeStream(t, s)
		write(t, w, ivfFile("VP80", 1000))
		steps := []struct {
			pts         uint64
			pause, want time.Duration
		}{
			{5000, 0, 0},
			{5033, 40 * time.Millisecond, 33 * time.Millisecond},        // late
			{5066, 20 * time.Millisecond, 66 * time.Millisecond},        // the stream's time counts
			{9000, 40 * time.Millisecond, 100 * time.Millisecond},       // it jumps
			{9050, 30 * time.Millisecond, 150 * time.Millisecond},       // and goes on
			{0, 100 * time.Millisecond, 230 * time.Millisecond},         // it begins again
			{1 << 63, 100 * time.Millisecond, 330 * time.Millisecond},   // it cannot be
			{100, 100 * time.Millisecond, 331 * time.Millisecond},       // one that is not later is made so
			{100 + 300, 100 * time.Millisecond, 630 * time.Millisecond}, // as before
		}
		for i, step := range steps {
			time.Sleep(step.pause)
			write(t, w, appendIVFFrame(nil, vp8Frame(i == 0, byte(i)), step.pts))
			if f := nextFrame(t, e); f.Time != step.want {
				t.Errorf("frame %d is of %v, want %v", i, f.Time, step.want)
			}
		}
	})
}
