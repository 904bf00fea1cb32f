package source

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"testing"
)

func TestToI420(t *testing.T) {
	for _, c := range []color.RGBA{{0, 0, 0, 255}, {255, 255, 255, 255}, {255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {10, 200, 100, 255}} {
		size := image.Pt(6, 4)
		pixels := make([]byte, 4*size.X*size.Y)
		for i := 0; i < len(pixels); i += 4 {
			copy(pixels[i:], []byte{c.B, c.G, c.R, 0})
		}
		img := toI420(pixels, size)
		y, cb, cr := color.RGBToYCbCr(c.R, c.G, c.B) // of full range
		for _, p := range []struct {
			plane []byte
			want  float64
		}{
			{img.Y, 16 + float64(y)*219/255},
			{img.Cb, 128 + (float64(cb)-128)*224/255},
			{img.Cr, 128 + (float64(cr)-128)*224/255},
		} {
			for _, got := range p.plane {
				if math.Abs(float64(got)-p.want) > 1.5 {
					t.Fatalf("%v became %d, %d, %d; want %.1f", c, img.Y[0], img.Cb[0], img.Cr[0], p.want)
				}
			}
		}
	}
}

func TestNoScreen(t *testing.T) {
	for _, o := range []ScreenOptions{{Display: ":65000"}, {Display: "nonsense"}, {FPS: -1}} {
		if w, h, err := ScreenSize(o); err == nil {
			t.Errorf("%+v: a screen of %dx%d", o, w, h)
		}
	}
}

func BenchmarkToI420(b *testing.B) {
	for _, size := range benchSizes() {
		b.Run(fmt.Sprint(size.Y), func(b *testing.B) {
			pixels := make([]byte, 4*size.X*size.Y)
			for b.Loop() {
				toI420(pixels, size)
			}
			perFrame(b)
		})
	}
}
