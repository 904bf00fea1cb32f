package peer

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/webrtc/v4"
)

// TestKeyFramesAreRare has two viewers who lose something all the time: they get
// a key frame together every 300 ms, and no more.
func TestKeyFramesAreRare(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		camera := w.camera(&Camera{})
		first, second := w.host(), w.host()
		w.start()
		viewers := []*watching{w.watch("first", Key{}, first), w.watch("second", Key{}, second)}
		time.Sleep(3 * time.Second)
		media := camera.source.current()
		before := len(media.keyTimes())
		for range 300 {
			for _, v := range viewers {
				v.loseSomething()
			}
			time.Sleep(10 * time.Millisecond)
		}
		made := media.keyTimes()[before:]
		for i := 1; i < len(made); i++ {
			if apart := made[i].Sub(made[i-1]); apart < keyInterval {
				t.Errorf("two key frames are %v apart", apart)
			}
		}
		if len(made) < 7 || len(made) > 10 {
			t.Errorf("%d key frames in 3 s, want one in 300 ms", len(made))
		}
		for _, v := range viewers {
			v.stop()
		}
		camera.stop(t)
	})
}

// TestKeyFrameForANewViewer has one come while others have just had theirs.
func TestKeyFrameForANewViewer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, _ := formatOf(webrtc.MimeTypeH264)
		encoder := &fakeEncoder{}
		e := newEncoding(f, Rung{}, encoder, nil, nil)
		forced := func(when string, want bool) {
			t.Helper()
			if err := e.control(); err != nil || encoder.key != want {
				t.Errorf("%s: a key frame is forced: %v, want %v (%v)", when, encoder.key, want, err)
			}
			encoder.key = false
		}
		time.Sleep(time.Hour) // the bubble's time
		forced("nobody wants one", false)
		e.needKey()
		forced("somebody lost something", true)
		e.needKey()
		time.Sleep(keyInterval - time.Millisecond)
		forced("they lost something again", false)
		e.add(&feed{})
		forced("somebody comes", true)
		e.needKey()
		time.Sleep(keyInterval)
		forced("it was lost, and time has passed", true)
		forced("all have one", false)
	})
}
