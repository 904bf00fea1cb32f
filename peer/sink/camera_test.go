package sink

import (
	"math"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/webrtc/v4"

	"inbox/peer"
	"inbox/peer/source"
)

// TestCamera records what this build's own encoders make of the test pattern.
func TestCamera(t *testing.T) {
	const seconds = 3
	pattern := source.TestPattern(source.PatternOptions{Width: 320, Height: 240, FPS: 20, Sound: true})
	for _, mime := range pattern.Formats() {
		if !isVideo(mime) {
			continue
		}
		t.Run(mime, func(t *testing.T) {
			var pictures, sound []peer.Frame
			synctest.Test(t, func(t *testing.T) {
				media, err := pattern.Open(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				defer media.Close()
				done := make(chan struct{})
				go func() {
					defer close(done)
					sound = frames(t, media, webrtc.MimeTypeOpus, seconds*time.Second)
				}()
				pictures = frames(t, media, mime, seconds*time.Second)
				<-done
			})
			path := filepath.Join(t.TempDir(), "camera.mkv")
			record(t, newRecorder(t, Options{Name: path}), mime, woven(pictures, sound))
			p := probe(t, path)
			if d := p.duration(t); math.Abs(d-seconds) > 0.1 || p.count("video") != len(pictures) {
				t.Errorf("%v s, %d of %d pictures", d, p.count("video"), len(pictures))
			}
		})
	}
}

// frames reads an encoder until that time.
func frames(t *testing.T, m peer.Media, mime string, until time.Duration) (list []peer.Frame) {
	e, err := m.Encode(mime, peer.Rung{})
	if err != nil {
		t.Error(err)
		return nil
	}
	defer e.Close()
	for {
		f, err := e.Next(t.Context())
		if err != nil {
			t.Error(err)
			return nil
		}
		if f.Time >= until {
			return list
		}
		list = append(list, f)
	}
}
