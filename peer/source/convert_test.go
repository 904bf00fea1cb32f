package source

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"math/rand/v2"
	"testing"
)

func rawFormats() []string {
	return []string{formatYUYV, formatUYVY, formatNV12, formatYU12, formatGrey}
}

// pixel is what a raw picture has at x, y, read byte by byte. Of the packed
// formats it is one row's colour, which decodeRaw mixes with the other row's.
func pixel(format string, width, height int, b []byte, x, y int) (luma, cb, cr byte) {
	at, chroma := y*width+x, (y/2)*((width+1)/2)+x/2
	size := (width + 1) / 2 * ((height + 1) / 2)
	pair := (y*width + x/2*2) * 2
	switch format {
	case formatYUYV:
		return b[2*at], b[pair+1], b[pair+3]
	case formatUYVY:
		return b[2*at+1], b[pair], b[pair+2]
	case formatNV12:
		return b[at], b[width*height+2*chroma], b[width*height+2*chroma+1]
	case formatYU12:
		return b[at], b[width*height+chroma], b[width*height+size+chroma]
	}
	return byte(16 + (int(b[at])*220+128)/256), 128, 128
}

func TestDecodeRaw(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, format := range rawFormats() {
		for _, size := range []image.Point{{64, 48}, {66, 33}, {18, 16}, {2, 1}, {1280, 3}, {17, 31}} {
			n := rawLength(format, size.X, size.Y)
			if n < 0 {
				continue // packed, and an odd width
			}
			b := make([]byte, n)
			for i := range b {
				b[i] = byte(random.Uint32())
			}
			t.Run(fmt.Sprint(format, size), func(t *testing.T) { checkRaw(t, format, size, b) })
		}
	}
}

func checkRaw(t *testing.T, format string, size image.Point, b []byte) {
	t.Helper()
	before := bytes.Clone(b)
	img, err := decodeRaw(format, size.X, size.Y, b)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b, before) {
		t.Error("the camera's memory was written to")
	}
	mean := func(a, b byte) byte { return byte((int(a) + int(b) + 1) / 2) }
	for y := range size.Y {
		for x := range size.X {
			luma, cb, cr := pixel(format, size.X, size.Y, b, x, y)
			_, cb2, cr2 := pixel(format, size.X, size.Y, b, x, min(y^1, size.Y-1))
			if got := img.YCbCrAt(x, y); got.Y != luma || got.Cb != mean(cb, cb2) || got.Cr != mean(cr, cr2) {
				t.Fatalf("%v at %d,%d, want %d %d %d", got, x, y, luma, mean(cb, cb2), mean(cr, cr2))
			}
		}
	}
}

func TestDecodeRawLength(t *testing.T) {
	for _, format := range append(rawFormats(), "RGB3", formatMJPEG) {
		good := rawLength(format, 64, 48)
		for _, n := range []int{0, 1, good - 1, good + 1, 2 * good, 4096} {
			if _, err := decodeRaw(format, 64, 48, make([]byte, max(n, 0))); !errors.Is(err, errLength) {
				t.Errorf("%s, %d bytes of %d: %v", format, n, good, err)
			}
		}
	}
	if _, err := decodeRaw(formatYUYV, 65, 48, make([]byte, 2*65*48)); !errors.Is(err, errLength) {
		t.Errorf("an odd width: %v", err)
	}
}

func FuzzDecodeRaw(f *testing.F) {
	f.Add(0, 4, 2, bytes.Repeat([]byte{1, 2, 3, 4}, 4))
	f.Add(2, 3, 3, make([]byte, 17))
	f.Fuzz(func(t *testing.T, format, width, height int, b []byte) {
		if format < 0 || format >= len(rawFormats()) || width <= 0 || height <= 0 || width > 300 || height > 300 {
			return
		}
		name := rawFormats()[format]
		if len(b) == rawLength(name, width, height) {
			checkRaw(t, name, image.Pt(width, height), b)
		} else if _, err := decodeRaw(name, width, height, b); !errors.Is(err, errLength) {
			t.Errorf("%d bytes: %v", len(b), err)
		}
	})
}

func BenchmarkDecodeRaw(b *testing.B) {
	for _, format := range []string{formatYUYV, formatNV12} {
		for _, size := range benchSizes() {
			data := make([]byte, rawLength(format, size.X, size.Y))
			b.Run(fmt.Sprintf("%s %d", format, size.Y), func(b *testing.B) {
				for b.Loop() {
					if _, err := decodeRaw(format, size.X, size.Y, data); err != nil {
						b.Fatal(err)
					}
				}
				perFrame(b)
			})
		}
	}
}
