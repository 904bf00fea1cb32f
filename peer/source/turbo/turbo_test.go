//go:build cgo && full

package turbo

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func samplings() map[string]factors {
	return map[string]factors{
		"4:2:0":                {{2, 2}, {1, 1}, {1, 1}},
		"4:2:2":                {{2, 1}, {1, 1}, {1, 1}},
		"4:2:2, the other way": {{2, 2}, {1, 2}, {1, 2}},
		"4:4:4":                {{1, 1}, {1, 1}, {1, 1}},
		"4:4:4, with twos":     {{2, 1}, {2, 1}, {2, 1}},
		"4:4:0":                {{1, 2}, {1, 1}, {1, 1}},
		"4:1:1":                {{4, 1}, {1, 1}, {1, 1}},
		"grey":                 {{1, 1}},
	}
}

// colour is a value of the block of 32x32 pixels at x, y: all samplings know it exactly.
func colour(component, x, y int) int { return (60 + 90*component + 40*x + 25*y) % 256 }

func TestSampling(t *testing.T) {
	for name, f := range samplings() {
		for _, size := range []image.Point{{64, 64}, {80, 48}, {75, 53}, {1, 1}, {17, 31}} {
			t.Run(fmt.Sprint(name, size), func(t *testing.T) {
				b := flatBlocks(size.X, size.Y, f, func(i, x, y int) int {
					return colour(i, x*8*f[0][0]/f[i][0]/32, y*8*f[0][1]/f[i][1]/32)
				})
				img, err := Decode(b)
				if err != nil {
					t.Fatal(err)
				}
				if img.Rect != (image.Rectangle{Max: size}) || img.SubsampleRatio != image.YCbCrSubsampleRatio420 {
					t.Fatalf("%v, %v", img.Rect, img.SubsampleRatio)
				}
				checkColours(t, img, len(f))
			})
		}
	}
}

func checkColours(t *testing.T, img *image.YCbCr, components int) {
	t.Helper()
	off := func(got byte, component, x, y int) bool {
		want := 128.
		switch v := float64(colour(component, x/32, y/32)); {
		case component == 0:
			want = 16 + v*219/255
		case components == 3:
			want = 128 + (v-128)*224/255
		}
		return math.Abs(float64(got)-want) > 1
	}
	for y := range img.Rect.Max.Y {
		for x := range img.Rect.Max.X {
			c := img.YCbCrAt(x, y)
			if off(c.Y, 0, x, y) || off(c.Cb, 1, x, y) || off(c.Cr, 2, x, y) {
				t.Fatalf("%v at %d,%d", c, x, y)
			}
		}
	}
}

// TestLikeStandardLibrary compares a picture with details.
func TestLikeStandardLibrary(t *testing.T) {
	b := photo(t, 333, 222)
	got, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := jpeg.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	want := decoded.(*image.YCbCr)
	for y := range 222 {
		for x := range 333 {
			g, w := got.YCbCrAt(x, y), want.YCbCrAt(x, y)
			luma := 16 + float64(w.Y)*219/255
			if math.Abs(float64(g.Y)-luma) > 2 || math.Abs(float64(g.Cb)-128-(float64(w.Cb)-128)*224/255) > 2 {
				t.Fatalf("%v at %d,%d; the standard library has %v", g, x, y, w)
			}
		}
	}
}

func photo(tb testing.TB, width, height int) []byte {
	tb.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range img.Pix {
		x, y := i/4%width, i/4/width
		img.Pix[i] = byte(128 + 100*math.Sin(float64(x*(i%4+1))/50)*math.Cos(float64(y)/30) + float64(random.IntN(16)))
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 80}); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func TestBroken(t *testing.T) {
	good := photo(t, 320, 240)
	large := bytes.Clone(good)
	size := bytes.Index(large, []byte{0xff, 0xc0}) + 5
	copy(large[size:], []byte{0x40, 0, 0x40, 0})
	tests := []struct {
		name string
		data []byte
		want error // nil: any
	}{
		{"nothing", nil, ErrFormat},
		{"no picture", []byte("hello"), nil},
		{"a header", good[:100], nil},
		{"half", good[:len(good)/2], nil},
		{"zeros in the middle", append(append(bytes.Clone(good[:len(good)/2]), make([]byte, 500)...), 0xff, 0xd9), nil},
		{"16384x16384", large, ErrFormat},
		{"odd sampling", flatBlocks(32, 32, factors{{2, 1}, {1, 1}, {2, 1}}, colour), ErrFormat},
		{"two colours", flatBlocks(32, 32, factors{{1, 1}, {1, 1}}, colour), ErrFormat},
	}
	for _, tt := range tests {
		_, err := Decode(tt.data)
		if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// TestSloppy decodes what cameras do: zeros after the picture, no end marker.
func TestSloppy(t *testing.T) {
	good := photo(t, 320, 240)
	for name, b := range map[string][]byte{
		"zeros after it": append(bytes.Clone(good), make([]byte, 1000)...),
		"no end marker":  good[:len(good)-2],
	} {
		if _, err := Decode(b); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range samplings() {
		f.Add(flatBlocks(40, 24, s, colour))
	}
	b := photo(f, 64, 48)
	f.Add(b)
	f.Add(b[:len(b)/2])
	f.Fuzz(func(t *testing.T, b []byte) {
		img, err := Decode(b)
		if err != nil {
			return
		}
		last := img.Rect.Max.Sub(image.Pt(1, 1))
		if y, c := img.YOffset(last.X, last.Y), img.COffset(last.X, last.Y); y >= len(img.Y) || c >= len(img.Cb) || c >= len(img.Cr) {
			t.Errorf("%v has too few pixels", img.Rect)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	for _, size := range []image.Point{{640, 480}, {1280, 720}, {1920, 1080}} {
		data := photo(b, size.X, size.Y)
		report := func(b *testing.B) {
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(b.Elapsed())/float64(time.Millisecond)/float64(b.N), "ms/frame")
		}
		b.Run(fmt.Sprintf("turbo %d", size.Y), func(b *testing.B) {
			for b.Loop() {
				if _, err := Decode(data); err != nil {
					b.Fatal(err)
				}
			}
			report(b)
		})
		b.Run(fmt.Sprintf("image-jpeg %d", size.Y), func(b *testing.B) {
			for b.Loop() {
				if _, err := jpeg.Decode(bytes.NewReader(data)); err != nil {
					b.Fatal(err)
				}
			}
			report(b)
		})
	}
}
