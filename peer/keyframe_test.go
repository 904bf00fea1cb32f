package peer

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/transport/v4/vnet"
	"github.com/pion/webrtc/v4"
)

// losing has viewers ask for a key frame every 10 ms for 3 s, one in each of the
// two ways that there are.
func losing(viewers ...*watching) {
	for range 300 {
		for i, v := range viewers {
			if v != nil {
				v.ask(i%2 == 1)
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// TestKeyFramesAreRare has two viewers who lose something all the time: they get
// a key frame together every 300 ms, no more and no fewer.
func TestKeyFramesAreRare(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		camera := w.camera(&Camera{})
		hosts := []*vnet.Net{w.host(), w.host()}
		w.start()
		first, second := w.watch("first", Key{}, hosts[0]), w.watch("second", Key{}, hosts[1])
		time.Sleep(3 * time.Second)
		media := camera.source.current()
		for name, viewers := range map[string][]*watching{"both": {first, second}, "PLI alone": {first}, "FIR alone": {nil, second}} {
			before, began := len(media.keyTimes()), time.Now()
			losing(viewers...)
			made := append([]time.Time{began}, media.keyTimes()[before:]...)
			if len(made) < 9 {
				t.Errorf("%s: %d key frames in 3 s, want one in 300 ms", name, len(made)-1)
			}
			for i := 1; i < len(made); i++ {
				// It is made with the next picture, 33 ms later at most.
				if apart := made[i].Sub(made[i-1]); i > 1 && apart < 300*time.Millisecond || apart > 340*time.Millisecond {
					t.Errorf("%s: key frame %d came %v after the one before", name, i, apart)
				}
			}
			time.Sleep(time.Second)
		}
		first.stop()
		second.stop()
		camera.stop(t)
	})
}

// TestNewViewersDoNotWait has viewers come while another one gets key frames as
// often as there are any: the newcomers' first picture comes at once.
func TestNewViewersDoNotWait(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		camera := w.camera(&Camera{})
		hosts := []*vnet.Net{w.host(), w.host()}
		w.start()
		first := w.watch("first", Key{}, hosts[0])
		time.Sleep(3 * time.Second)
		var asking sync.WaitGroup
		asking.Go(func() { losing(first) })
		for i := range 10 {
			time.Sleep(time.Duration(37*i) * time.Millisecond) // anywhere between two key frames
			v := w.watch(fmt.Sprint("newcomer", i), Key{}, hosts[1])
			for !v.connected() {
				time.Sleep(time.Millisecond)
			}
			if n := v.framesIn(100 * time.Millisecond); n == 0 || v.keys.Load() == 0 {
				t.Errorf("newcomer %d has %d pictures 100 ms after it was connected, %d of them key frames", i, n, v.keys.Load())
			}
			v.stop()
		}
		asking.Wait()
		first.stop()
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
