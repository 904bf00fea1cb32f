package source

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

func TestPatternPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, err := openPattern(PatternOptions{Width: 320, Height: 240, FPS: 25})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		for i := range 50 {
			pic, err := p.next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			want := time.Duration(i) * time.Second / 25
			if pic.time != want || time.Since(start) != want {
				t.Fatalf("picture %d has time %v and came after %v, want %v", i, pic.time, time.Since(start), want)
			}
			if drawn, ok := ReadTimecode(pic.image); !ok || drawn.UnixMilli() != time.Now().UnixMilli() {
				t.Fatalf("picture %d: time code %v, %v; want %v", i, drawn, ok, time.Now())
			}
		}
		time.Sleep(time.Second) // a slow reader misses pictures
		pic, err := p.next(t.Context())
		if err != nil || pic.time != 2960*time.Millisecond {
			t.Errorf("after a pause: picture of %v, %v", pic.time, err)
		}

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := p.next(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("next with a cancelled context: %v", err)
		}
		if err := errors.Join(p.Close(), p.Close()); err != nil {
			t.Error(err)
		}
		if _, err := p.next(t.Context()); !errors.Is(err, io.EOF) {
			t.Errorf("next after Close: %v", err)
		}
	})
}

func TestPatternMoves(t *testing.T) {
	p, err := openPattern(PatternOptions{Width: 640, Height: 360, FPS: 30})
	if err != nil {
		t.Fatal(err)
	}
	second := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	luma := func(x, y int, into time.Duration) byte { return p.draw(second.Add(into)).YCbCrAt(x, y).Y }
	if on, off := luma(600, 270, 0), luma(600, 270, flashTime); on != white || off != black {
		t.Errorf("the flash is %d at the full second and %d after %v", on, off, flashTime)
	}
	if here, gone := luma(330, 200, 0), luma(330, 200, 500*time.Millisecond); here != white || gone != grey {
		t.Errorf("the block is %d where it is and %d where it was", here, gone)
	}
	if p.background.YCbCrAt(600, 270).Y != black {
		t.Error("the background was drawn on")
	}
}

func TestPatternOptions(t *testing.T) {
	for _, o := range []PatternOptions{
		{Width: 10, Height: 10, FPS: 30}, {Width: 641, Height: 480, FPS: 30}, {Width: 1280, FPS: 30},
		{Width: 10000, Height: 720, FPS: 30}, {Width: 640, Height: 480, FPS: -1}, {Width: 640, Height: 480, FPS: 1000},
	} {
		if _, err := openPattern(o); err == nil {
			t.Errorf("a pattern of %+v was opened", o)
		}
	}
}

func TestTimecodeSurvives(t *testing.T) {
	p, err := openPattern(PatternOptions{}.withDefaults())
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for _, size := range []image.Point{{1280, 720}, {854, 480}, {640, 360}, {426, 240}, {320, 180}} {
		s := newScaler(size.X, size.Y)
		for i := range 5 {
			when := time.UnixMilli(1_700_000_000_000 + int64(i)*98_765_432)
			img := s.scale(p.draw(when))
			for j := range img.Y {
				img.Y[j] = byte(max(0, min(255, int(img.Y[j])+random.IntN(81)-40)))
			}
			if got, ok := ReadTimecode(img); !ok || !got.Equal(when) {
				t.Errorf("%v: read %v, %v; want %v", size, got, ok, when)
			}
		}
	}
}

func TestNoTimecode(t *testing.T) {
	for _, size := range []image.Point{{0, 0}, {8, 8}, {640, 480}} {
		if got, ok := ReadTimecode(smooth(size.X, size.Y)); ok {
			t.Errorf("read %v from a picture of %v without a time code", got, size)
		}
	}
}

func FuzzReadTimecode(f *testing.F) {
	f.Add(uint16(64), uint16(36), []byte{1, 2, 3})
	f.Add(uint16(32), uint16(18), []byte{235})
	f.Fuzz(func(t *testing.T, width, height uint16, luma []byte) {
		img := image.NewYCbCr(image.Rect(0, 0, int(width%512), int(height%512)), image.YCbCrSubsampleRatio420)
		for i := 0; len(luma) > 0 && i < len(img.Y); i += len(luma) {
			copy(img.Y[i:], luma)
		}
		if when, ok := ReadTimecode(img); ok && timecode(when)>>16 != uint64(when.UnixMilli()) {
			t.Errorf("read %v", when)
		}
	})
}

func BenchmarkPattern(b *testing.B) {
	for _, size := range benchSizes() {
		b.Run(fmt.Sprint(size.Y), func(b *testing.B) {
			p, err := openPattern(PatternOptions{Width: size.X, Height: size.Y, FPS: 30})
			if err != nil {
				b.Fatal(err)
			}
			when := time.Now()
			for b.Loop() {
				when = when.Add(time.Second / 30)
				p.draw(when)
			}
			perFrame(b)
		})
	}
}

func benchSizes() []image.Point { return []image.Point{{640, 480}, {1280, 720}, {1920, 1080}} }
