//go:build cgo && full

package source

import (
	"bytes"
	"image"
	"image/jpeg"
	"testing"
)

func TestDecodeJPEGRange(t *testing.T) {
	bright := image.NewYCbCr(image.Rect(0, 0, 32, 32), image.YCbCrSubsampleRatio420)
	for i := range bright.Y {
		bright.Y[i] = 255
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, bright, nil); err != nil {
		t.Fatal(err)
	}
	img, err := decodeJPEG(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if img.SubsampleRatio != image.YCbCrSubsampleRatio420 || img.Y[0] != white {
		t.Errorf("%v, luma %d; want 4:2:0, %d", img.SubsampleRatio, img.Y[0], white)
	}
}
