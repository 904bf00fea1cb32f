//go:build !(cgo && full)

package source

import (
	"image"
	"testing"
)

// TestVideoPicture holds every sampling to what each pixel says.
func TestVideoPicture(t *testing.T) {
	for _, ratio := range []image.YCbCrSubsampleRatio{
		image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420,
		image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410,
	} {
		for _, size := range []image.Point{{1, 1}, {2, 2}, {17, 31}, {64, 48}} {
			in := image.NewYCbCr(image.Rectangle{Max: size}, ratio)
			for i := range in.Y {
				in.Y[i] = byte(i * 7)
			}
			for i := range in.Cb {
				in.Cb[i], in.Cr[i] = byte(i*5), byte(255-i*3)
			}
			out := videoPicture(in)
			for y := range size.Y {
				for x := range size.X {
					c, left, top := out.YCbCrAt(x, y), x/2*2, y/2*2
					var cb, cr int
					for _, p := range []image.Point{{left, top}, {left + 1, top}, {left, top + 1}, {left + 1, top + 1}} {
						at := in.YCbCrAt(min(p.X, size.X-1), min(p.Y, size.Y-1))
						cb, cr = cb+int(at.Cb), cr+int(at.Cr)
					}
					if c.Y != inVideo(in.YCbCrAt(x, y).Y) || c.Cb != videoChroma((cb+2)/4) || c.Cr != videoChroma((cr+2)/4) {
						t.Fatalf("%v %v: %v at %d,%d", ratio, size, c, x, y)
					}
				}
			}
		}
	}
	if black, white := inVideo(0), inVideo(255); black != 16 || white != 235 {
		t.Errorf("luma goes from %d to %d", black, white)
	}
	if low, middle, high := videoChroma(0), videoChroma(128), videoChroma(255); low != 16 || middle != 128 || high != 240 {
		t.Errorf("chroma goes from %d over %d to %d", low, middle, high)
	}
}

func inVideo(y byte) byte {
	b := []byte{y}
	videoLuma(b, b)
	return b[0]
}
