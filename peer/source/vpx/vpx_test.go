//go:build cgo && full

package vpx

import (
	"image"
	"testing"
	"time"
)

func open(tb testing.TB, width, height int) *Encoder {
	tb.Helper()
	e, err := New(Options{Width: width, Height: height, FPS: 30, Bitrate: 300_000})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := e.Close(); err != nil {
			tb.Error(err)
		}
	})
	return e
}

func grey(width, height int) *image.YCbCr {
	return image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
}

func TestKeyOnDemand(t *testing.T) {
	e := open(t, 64, 48)
	for i := range 20 {
		force := i == 5 || i == 6
		frame, key, err := e.Encode(grey(64, 48), time.Duration(i)*time.Second/30, force)
		if err != nil || len(frame) == 0 {
			t.Fatalf("frame %d: %d bytes, %v", i, len(frame), err)
		}
		if key != (i == 0 || force) || key != (frame[0]&1 == 0) {
			t.Errorf("frame %d: key is %v, its header begins %08b", i, key, frame[0])
		}
	}
}

// TestTimeStandsStill gives pictures times that do not grow, as a device does
// whose clock was set back.
func TestTimeStandsStill(t *testing.T) {
	e := open(t, 64, 48)
	for _, at := range []time.Duration{time.Hour, time.Hour, 0, -time.Hour} {
		if _, _, err := e.Encode(grey(64, 48), at, false); err != nil {
			t.Errorf("at %v: %v", at, err)
		}
	}
}

func TestBounds(t *testing.T) {
	for _, o := range []Options{
		{}, {63, 48, 30, 1000}, {64, 48, 0, 1000}, {64, 48, 30, 0}, {1 << 20, 48, 30, 1000}, {-2, -2, 30, 1000},
	} {
		if e, err := New(o); err == nil {
			e.Close()
			t.Errorf("an encoder of %+v was opened", o)
		}
	}

	e := open(t, 64, 48)
	short := grey(64, 48)
	short.Y = short.Y[:len(short.Y)-1]
	part := grey(128, 128).SubImage(image.Rect(32, 32, 96, 80)).(*image.YCbCr)
	tests := []struct {
		name string
		img  *image.YCbCr
		ok   bool
	}{
		{"whole", grey(64, 48), true},
		{"a part of a larger one", part, true},
		{"another size", grey(64, 50), false},
		{"too few pixels", short, false},
		{"4:4:4", image.NewYCbCr(image.Rect(0, 0, 64, 48), image.YCbCrSubsampleRatio444), false},
		{"nothing", &image.YCbCr{}, false},
	}
	for _, tt := range tests {
		if _, _, err := e.Encode(tt.img, time.Second, false); (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestClosed(t *testing.T) {
	e := open(t, 64, 48)
	for range 2 {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, _, err := e.Encode(grey(64, 48), 0, false); err == nil {
		t.Error("a closed encoder encodes")
	}
	if err := e.SetBitrate(1000); err == nil {
		t.Error("a closed encoder takes a bitrate")
	}
}

// FuzzEncode gives the encoder pictures that contradict themselves.
func FuzzEncode(f *testing.F) {
	f.Add(int16(0), int16(0), int16(32), int16(32), int16(32), int16(16), uint16(1024), uint16(256), uint8(image.YCbCrSubsampleRatio420), int64(0))
	f.Add(int16(-2), int16(2), int16(30), int16(34), int16(100), int16(1), uint16(9), uint16(0), uint8(0), int64(-1))
	f.Fuzz(func(t *testing.T, x0, y0, x1, y1, ystride, cstride int16, luma, chroma uint16, ratio uint8, at int64) {
		e := open(t, 32, 32)
		img := &image.YCbCr{
			Y: make([]byte, luma), Cb: make([]byte, chroma), Cr: make([]byte, chroma),
			YStride: int(ystride), CStride: int(cstride),
			SubsampleRatio: image.YCbCrSubsampleRatio(ratio),
			Rect:           image.Rectangle{image.Pt(int(x0), int(y0)), image.Pt(int(x1), int(y1))},
		}
		e.Encode(img, time.Duration(at), true)
	})
}
