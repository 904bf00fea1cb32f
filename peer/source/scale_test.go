package source

import (
	"fmt"
	"image"
	"math"
	"testing"
	"time"
)

// smooth is a picture whose pixels follow from their place, so that one of any
// size can be compared with it.
func smooth(width, height int) *image.YCbCr {
	img := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	for i, p := range planes(img) {
		for y := range p.height {
			for x := range p.width {
				fx, fy := (float64(x)+.5)/float64(p.width), (float64(y)+.5)/float64(p.height)
				p.pix[y*p.stride+x] = byte(20 + 100*fx + 100*fy*float64(i+1)/3)
			}
		}
	}
	return img
}

func TestScale(t *testing.T) {
	tests := []struct{ in, out image.Point }{
		{image.Pt(1280, 720), image.Pt(1280, 720)},
		{image.Pt(641, 481), image.Pt(640, 480)},
		{image.Pt(1280, 720), image.Pt(854, 480)},
		{image.Pt(1280, 720), image.Pt(640, 360)},
		{image.Pt(1920, 1080), image.Pt(640, 360)},
		{image.Pt(1366, 767), image.Pt(340, 190)},
		{image.Pt(175, 143), image.Pt(34, 28)},
		{image.Pt(64, 64), image.Pt(32, 64)},
	}
	for _, tt := range tests {
		s := newScaler(tt.out.X, tt.out.Y)
		for range 2 { // the second one finds everything there
			got := s.scale(smooth(tt.in.X, tt.in.Y))
			if got.Rect.Size() != tt.out {
				t.Fatalf("%v became %v, want %v", tt.in, got.Rect.Size(), tt.out)
			}
			want := planes(smooth(tt.out.X, tt.out.Y))
			for i, p := range planes(got) {
				for y := range p.height {
					for x, v := range p.line(y) {
						if d := math.Abs(float64(v) - float64(want[i].line(y)[x])); d > 5 {
							t.Fatalf("%v to %v: plane %d has %d at %d,%d, want %d", tt.in, tt.out, i, v, x, y, want[i].line(y)[x])
						}
					}
				}
			}
		}
	}
}

// TestScalePart scales a part of a larger picture, which must not show through.
func TestScalePart(t *testing.T) {
	img := image.NewYCbCr(image.Rect(0, 0, 64, 64), image.YCbCrSubsampleRatio420)
	part := img.SubImage(image.Rect(16, 16, 48, 48)).(*image.YCbCr)
	fillLuma(img, part.Rect, white)
	for _, size := range []int{32, 20, 16} {
		s := newScaler(size, size)
		p := planes(s.scale(part))[0]
		for y := range p.height {
			for x, v := range p.line(y) {
				if v != white {
					t.Fatalf("%d at %d,%d of %dx%[4]d", v, x, y, size)
				}
			}
		}
	}
}

func BenchmarkScale(b *testing.B) {
	for _, size := range []struct{ in, out image.Point }{
		{image.Pt(1280, 720), image.Pt(854, 480)},
		{image.Pt(1280, 720), image.Pt(640, 360)},
		{image.Pt(1920, 1080), image.Pt(1280, 720)},
		{image.Pt(1920, 1080), image.Pt(854, 480)},
	} {
		b.Run(fmt.Sprintf("%d to %d", size.in.Y, size.out.Y), func(b *testing.B) {
			img := smooth(size.in.X, size.in.Y)
			s := newScaler(size.out.X, size.out.Y)
			for b.Loop() {
				s.scale(img)
			}
			perFrame(b)
		})
	}
}

// perFrame reports milliseconds a frame in place of nanoseconds.
func perFrame(b *testing.B) {
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(b.Elapsed())/float64(time.Millisecond)/float64(b.N), "ms/frame")
}
