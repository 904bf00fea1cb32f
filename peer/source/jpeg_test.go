package source

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"testing"
)

// jpegOf encodes a picture whose brightness and colours change slowly, so that
// decoders may sample them as they like.
func jpegOf(t testing.TB, width, height int) []byte {
	t.Helper()
	img := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	for i := range img.Y {
		x, y := i%img.YStride, i/img.YStride
		img.Y[i] = byte(255 * (x + y) / (img.YStride + height))
	}
	for i := range img.Cb {
		x, y := i%img.CStride, i/img.CStride
		img.Cb[i], img.Cr[i] = byte(100+60*x/img.CStride), byte(180-60*2*y/(height+1))
	}
	return encodeJPEG(t, img)
}

func encodeJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withoutTables takes the Huffman tables out, as cameras do.
func withoutTables(t testing.TB, b []byte) []byte {
	t.Helper()
	at := bytes.Index(b, []byte{0xff, 0xc4})
	if at < 0 {
		t.Fatal("there are no tables")
	}
	size := 2 + int(b[at+2])<<8 + int(b[at+3])
	return append(bytes.Clone(b[:at]), b[at+size:]...)
}

func TestDecodeJPEGRange(t *testing.T) {
	bright := image.NewYCbCr(image.Rect(0, 0, 32, 32), image.YCbCrSubsampleRatio420)
	fill(bright.Y, 255)
	grey := image.NewGray(image.Rect(0, 0, 32, 32))
	fill(grey.Pix, 255)
	for name, tt := range map[string]struct {
		img    image.Image
		colour byte
	}{"colours": {bright, 16}, "grey": {grey, 128}} {
		img, err := decodeJPEG(encodeJPEG(t, tt.img))
		if err != nil {
			t.Fatal(err)
		}
		if img.SubsampleRatio != image.YCbCrSubsampleRatio420 || img.Y[0] != white || img.Cb[0] != tt.colour || img.Cr[0] != tt.colour {
			t.Errorf("%s: %v, %d %d %d; want 4:2:0, %d %d %[6]d", name, img.SubsampleRatio, img.Y[0], img.Cb[0], img.Cr[0], white, tt.colour)
		}
	}
}

// TestDecodeJPEGOfCameras decodes what cameras do: no Huffman tables, zeros
// after the picture, no end marker.
func TestDecodeJPEGOfCameras(t *testing.T) {
	for _, size := range []image.Point{{64, 48}, {333, 221}} {
		good := jpegOf(t, size.X, size.Y)
		want, err := decodeJPEG(good)
		if err != nil {
			t.Fatal(err)
		}
		if want.Rect != (image.Rectangle{Max: size}) {
			t.Errorf("a picture of %v became %v", size, want.Rect)
		}
		for name, b := range map[string][]byte{
			"no tables":      withoutTables(t, good),
			"zeros after it": append(bytes.Clone(good), make([]byte, 1000)...),
			"no end marker":  good[:len(good)-2],
		} {
			got, err := decodeJPEG(b)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			checkAlike(t, name, got, want, 0)
		}
	}
}

func checkAlike(t *testing.T, name string, got, want *image.YCbCr, off int) {
	t.Helper()
	differ := func(a, b byte) bool { return max(int(a)-int(b), int(b)-int(a)) > off }
	for y := range want.Rect.Max.Y {
		for x := range want.Rect.Max.X {
			g, w := got.YCbCrAt(x, y), want.YCbCrAt(x, y)
			if differ(g.Y, w.Y) || differ(g.Cb, w.Cb) || differ(g.Cr, w.Cr) {
				t.Fatalf("%s: %v at %d,%d, want %v", name, g, x, y, w)
			}
		}
	}
}

func TestDecodeJPEGBroken(t *testing.T) {
	good := jpegOf(t, 320, 240)
	large, progressive := bytes.Clone(good), bytes.Clone(good)
	frame := bytes.Index(good, []byte{0xff, 0xc0})
	copy(large[frame+5:], []byte{0x40, 0, 0x40, 0})
	progressive[frame+1] = 0xc2
	for name, b := range map[string][]byte{
		"nothing":     nil,
		"no picture":  []byte("hello"),
		"a header":    good[:frame+4],
		"half":        good[:len(good)/2],
		"16384x16384": large,
		"progressive": progressive,
		"an old one":  append(bytes.Clone(good[:2]), good[frame+19:]...),
	} {
		if _, err := decodeJPEG(b); err == nil {
			t.Errorf("%s was decoded", name)
		}
	}
}

func FuzzDecodeJPEG(f *testing.F) {
	good := jpegOf(f, 48, 32)
	f.Add(good)
	f.Add(withoutTables(f, good))
	f.Add(good[:len(good)/2])
	f.Fuzz(func(t *testing.T, b []byte) {
		img, err := decodeJPEG(b)
		if err != nil {
			return
		}
		last := img.Rect.Max.Sub(image.Pt(1, 1))
		if y, c := img.YOffset(last.X, last.Y), img.COffset(last.X, last.Y); y >= len(img.Y) || c >= len(img.Cb) || c >= len(img.Cr) {
			t.Errorf("%v has too few pixels", img.Rect)
		}
	})
}

func BenchmarkDecodeJPEG(b *testing.B) {
	for _, size := range benchSizes() {
		data := withoutTables(b, jpegOf(b, size.X, size.Y))
		b.Run(fmt.Sprint(size.Y), func(b *testing.B) {
			for b.Loop() {
				if _, err := decodeJPEG(data); err != nil {
					b.Fatal(err)
				}
			}
			perFrame(b)
		})
	}
}
