//go:build cgo && full

package source

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/webrtc/v4"
	"golang.org/x/image/vp8"

	"inbox/peer"
)

// TestTimecodeThroughVP8 reads the time code from small key frames of few bits.
func TestTimecodeThroughVP8(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, err := TestPattern(PatternOptions{}).Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		start := time.Now()
		e := startEncoder(t, m, webrtc.MimeTypeVP8, peer.Rung{Height: 480, FPS: 10, Bitrate: 400_000})
		for range 10 {
			if err := e.(peer.KeyFrameForcer).ForceKeyFrame(); err != nil {
				t.Fatal(err)
			}
			f := nextFrame(t, e)
			d := vp8.NewDecoder()
			d.Init(bytes.NewReader(f.Data), len(f.Data))
			if _, err := d.DecodeFrameHeader(); err != nil {
				t.Fatal(err)
			}
			img, err := d.DecodeFrame()
			if err != nil {
				t.Fatal(err)
			}
			drawn, ok := ReadTimecode(img)
			if want := start.Add(f.Time); !ok || drawn.UnixMilli() != want.UnixMilli() {
				t.Errorf("the frame of %v has the time code %v, %v", want, drawn, ok)
			}
		}
	})
}
