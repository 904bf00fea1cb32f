//go:build cgo

package source

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/webrtc/v4"

	"inbox/peer"
)

// busy returns a second of pictures that take many bits: blurred noise that
// moves under a clock. What stands still costs nothing.
func busy(width, height int) []*image.YCbCr {
	random := rand.New(rand.NewPCG(1, 2))
	noise := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	for i := range noise.Y {
		noise.Y[i] = byte(random.IntN(256))
	}
	small := newScaler(width/4, height/4)
	texture := small.scale(noise)
	p := pattern{options: PatternOptions{Width: width, Height: height, FPS: 30}, background: drawBackground(width, height)}
	images := make([]*image.YCbCr, 30)
	for i := range images {
		img := p.draw(time.UnixMilli(int64(i) * 1000 / 30))
		for y := range height / 2 {
			for x := range width {
				img.Y[y*img.YStride+x] = texture.Y[(y+i)/4%texture.Rect.Dy()*texture.YStride+(x+3*i)/4%texture.Rect.Dx()]
			}
		}
		images[i] = img
	}
	return images
}

// bitrateOf encodes seconds of pictures as fast as it goes and returns bits a
// second; the first two, in which the rate settles, are not counted.
func bitrateOf(t *testing.T, e videoEncoder, images []*image.YCbCr, from, seconds int) int {
	t.Helper()
	bytes := 0
	for i := range (2 + seconds) * 30 {
		at := time.Duration(from)*time.Second + time.Duration(i)*time.Second/30
		data, _, err := e.encode(images[i%len(images)], at, false)
		if err != nil {
			t.Fatal(err)
		}
		if i >= 2*30 {
			bytes += len(data)
		}
	}
	return bytes * 8 / seconds
}

func TestBitrate(t *testing.T) {
	images := busy(640, 360)
	for _, codec := range videoCodecs() {
		t.Run(codec.name, func(t *testing.T) {
			e, err := codec.open(encoderOptions{640, 360, 30, 800_000})
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			for i, want := range []int{800_000, 1_200_000, 400_000} {
				if err := e.setBitrate(want); err != nil {
					t.Fatal(err)
				}
				got := bitrateOf(t, e, images, 7*i, 5)
				t.Logf("%d bit/s of %d asked for", got, want)
				if off := math.Abs(float64(got)/float64(want) - 1); off > .3 {
					t.Errorf("%d bit/s of %d asked for", got, want)
				}
			}
		})
	}
}

// TestEncodePattern runs the whole way in fake time.
func TestEncodePattern(t *testing.T) {
	for _, codec := range videoCodecs() {
		t.Run(codec.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, err := TestPattern(PatternOptions{Width: 640, Height: 480}).Open(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				defer m.Close()
				whole := startEncoder(t, m, codec.format, peer.Rung{})
				small := startEncoder(t, m, codec.format, peer.Rung{Height: 240, FPS: 15, Bitrate: 200_000})
				for i := range 60 {
					if i == 20 {
						if err := whole.(peer.KeyFrameForcer).ForceKeyFrame(); err != nil {
							t.Error(err)
						}
					}
					f := nextFrame(t, whole)
					if f.Key != (i == 0 || i == 20) {
						t.Errorf("frame %d: key is %v", i, f.Key)
					}
					checkFrame(t, codec.format, f, image.Pt(640, 480))
				}
				for i := range 15 {
					f := nextFrame(t, small)
					if f.Key != (i == 0) {
						t.Errorf("small frame %d: key is %v", i, f.Key)
					}
					checkFrame(t, codec.format, f, image.Pt(320, 240))
				}
			})
		})
	}
}

// checkFrame checks what a decoder would look at first.
func checkFrame(t *testing.T, format string, f peer.Frame, size image.Point) {
	t.Helper()
	switch format {
	case webrtc.MimeTypeH264:
		checkH264(t, f, size)
	case webrtc.MimeTypeVP8:
		checkVP8(t, f, size)
	default:
		t.Errorf("no check for %s", format)
	}
}

// checkVP8 reads the frame header of RFC 6386, section 9.1.
func checkVP8(t *testing.T, f peer.Frame, size image.Point) {
	t.Helper()
	if key := f.Data[0]&1 == 0; key != f.Key {
		t.Errorf("a frame whose header says key is %v", key)
	}
	if !f.Key {
		return
	}
	width, height := int(f.Data[6])|int(f.Data[7]&0x3f)<<8, int(f.Data[8])|int(f.Data[9]&0x3f)<<8
	if got := image.Pt(width, height); got != size {
		t.Errorf("the size is %v, want %v", got, size)
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, codec := range videoCodecs() {
		for i, size := range benchSizes() {
			b.Run(fmt.Sprintf("%s %d", codec.name, size.Y), func(b *testing.B) {
				e, err := codec.open(encoderOptions{size.X, size.Y, 30, []int{800_000, 2_000_000, 4_000_000}[i]})
				if err != nil {
					b.Fatal(err)
				}
				defer e.Close()
				images := busy(size.X, size.Y)
				bytes, n := 0, 0
				for b.Loop() {
					data, _, err := e.encode(images[n%len(images)], time.Duration(n)*time.Second/30, false)
					if err != nil {
						b.Fatal(err)
					}
					bytes += len(data)
					n++
				}
				perFrame(b)
				b.ReportMetric(float64(bytes)*8*30/float64(n)/1e6, "Mbit/s")
			})
		}
	}
}
