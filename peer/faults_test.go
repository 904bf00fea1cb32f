package peer

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/transport/v4/vnet"
	"github.com/pion/webrtc/v4"
)

// cut drops all packets while it is set.
func (w *world) cut() *atomic.Bool {
	var down atomic.Bool
	w.router.AddChunkFilter(func(vnet.Chunk) bool { return !down.Load() })
	return &down
}

func TestShortCut(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		camera := w.camera(&Camera{})
		host, down := w.host(), w.cut()
		w.start()
		viewer := w.watch("viewer", Key{}, host)
		viewer.framesIn(2 * time.Second)
		session := viewer.session
		down.Store(true)
		if n := viewer.framesIn(4 * time.Second); n > 2 {
			t.Errorf("%d pictures through a link that is cut", n)
		}
		down.Store(false)
		time.Sleep(3 * time.Second)
		// The bitrate begins low again, and with it come fewer pictures.
		if n := viewer.framesIn(2 * time.Second); n < 25 {
			t.Errorf("%d pictures in 2 s after the link was back", n)
		}
		if viewer.session != session {
			t.Error("a short cut made a new session")
		}
		viewer.stop()
		camera.stop(t)
	})
}

func TestLongCut(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		camera := w.camera(&Camera{Dial: "receiver"})
		host, down := w.host(), w.cut()
		w.start()
		receiver := w.receive("receiver", host)
		if n := receiver.framesIn(3 * time.Second); n < 40 {
			t.Errorf("%d pictures in 3 s", n)
		}
		down.Store(true)
		time.Sleep(10 * time.Second)
		down.Store(false)
		time.Sleep(10 * time.Second)
		if n := receiver.framesIn(2 * time.Second); n < 40 {
			t.Errorf("%d pictures in 2 s after a cut of 10 s", n)
		}
		receiver.stop()
		camera.stop(t)
	})
}

func TestServerRestarts(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		camera := w.camera(&Camera{})
		hosts := []*vnet.Net{w.host(), w.host()}
		w.start()
		viewer := w.watch("viewer", Key{}, hosts[0])
		viewer.framesIn(2 * time.Second)
		w.restart(3 * time.Second)
		if n := viewer.framesIn(2 * time.Second); n < 50 {
			t.Errorf("%d pictures in 2 s around a restart of the mailbox, want 60", n)
		}
		time.Sleep(10 * time.Second)
		late := w.watch("late", Key{}, hosts[1])
		if n := late.framesIn(10 * time.Second); n < 40 {
			t.Errorf("%d pictures in 10 s for who came after the restart", n)
		}
		if n := viewer.offers.Load(); n != 1 {
			t.Errorf("the viewer was offered to %d times, want once", n)
		}
		viewer.stop()
		late.stop()
		camera.stop(t)
	})
}

func TestViewersComeAndGo(t *testing.T) {
	rounds := 1000
	if testing.Short() {
		rounds = 100
	}
	inWorld(t, func(t *testing.T, w *world) {
		camera := w.camera(&Camera{})
		hosts := []*vnet.Net{w.host(), w.host()}
		w.start()
		stays := w.watch("stays", Key{}, hosts[0])
		for i := range rounds {
			v := w.watch(fmt.Sprint("viewer", i), Key{}, hosts[1])
			time.Sleep(time.Duration(rand.IntN(1500)) * time.Millisecond)
			v.stop()
		}
		if n := stays.framesIn(2 * time.Second); n < 50 {
			t.Errorf("%d pictures in 2 s for the one who stays", n)
		}
		if n := camera.source.current().running(); n != 2 {
			t.Errorf("%d encoders run after %d viewers, want 2", n, rounds)
		}
		stays.stop()
		camera.stop(t) // the bubble finds what leaked
	})
}

func TestStalledViewer(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		camera := w.camera(&Camera{})
		var hosts []*vnet.Net
		for range 29 {
			hosts = append(hosts, w.host())
		}
		stalled := w.narrowHost(20_000)
		w.start()
		slow := w.watch("stalled", Key{}, stalled)
		var viewers []*watching
		for i, h := range hosts {
			viewers = append(viewers, w.watch(fmt.Sprint("viewer", i), Key{}, h))
		}
		time.Sleep(20 * time.Second)
		before := make([]int64, len(viewers))
		for i, v := range viewers {
			before[i] = v.frames.Load()
		}
		time.Sleep(5 * time.Second)
		for i, v := range viewers {
			if n := v.frames.Load() - before[i]; n < 140 {
				t.Errorf("viewer %d got %d pictures in 5 s beside one that is stalled, want 150", i, n)
			}
		}
		for _, v := range append(viewers, slow) {
			v.stop()
		}
		camera.stop(t)
	})
}

// TestConstrainedViewer has a viewer behind a link of 600 kbit/s that loses
// packets: its picture must go on moving, at a bitrate that fits.
func TestConstrainedViewer(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		source := &fakeSource{formats: []string{webrtc.MimeTypeH264}, fps: 30}
		camera := w.camera(&Camera{Source: source, MaxBitrate: 2_500_000})
		narrow := w.narrowHost(600_000)
		random := rand.New(rand.NewPCG(1, 2))
		w.router.AddChunkFilter(func(vnet.Chunk) bool { return random.Float64() > 0.01 })
		w.start()
		viewer := w.watch("viewer", Key{}, narrow)
		time.Sleep(40 * time.Second)
		n := viewer.framesIn(20 * time.Second)
		if n < 200 {
			t.Errorf("%d pictures in 20 s through 600 kbit/s, want a moving picture", n)
		}
		if b := source.current().bitrate(); b > 700_000 || b < DefaultMinBitrate {
			t.Errorf("the encoder is at %d bit/s on a link of 600,000", b)
		}
		viewer.stop()
		camera.cancel()
		<-camera.ended
	})
}

// TestWeakViewerBesideStrongOnes has a viewer whose way carries a fraction of the
// others': it gets a smaller encoding of its own, and theirs stays as it is.
func TestWeakViewerBesideStrongOnes(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		source := &fakeSource{formats: []string{webrtc.MimeTypeH264}, fps: 30}
		camera := w.camera(&Camera{Source: source, MaxBitrate: 2_500_000})
		weak := w.narrowHost(400_000)
		hosts := []*vnet.Net{w.host(), w.host()}
		w.start()
		first := w.watch("first", Key{}, hosts[0])
		second := w.watch("second", Key{}, hosts[1])
		third := w.watch("weak", Key{}, weak)
		time.Sleep(40 * time.Second)
		if n := source.current().running(); n != 2 {
			t.Errorf("%d encoders run, want one for the strong viewers and one for the weak", n)
		}
		large, small := 0, 0 // the highest bitrate of each size
		for _, e := range source.current().encodersMade() {
			if e.rung.Width == 1280 {
				large = max(large, e.now())
			} else {
				small = max(small, e.now())
			}
		}
		if large < 1_500_000 || small == 0 || small > 700_000 {
			t.Errorf("1280 pixels wide at %d bit/s, smaller ones at %d", large, small)
		}
		for name, v := range map[string]*watching{"first": first, "second": second} {
			if n := v.framesIn(5 * time.Second); n < 140 {
				t.Errorf("the %s viewer gets %d pictures in 5 s beside a weak one, want 150", name, n)
			}
		}
		if n := third.framesIn(20 * time.Second); n < 150 {
			t.Errorf("the weak viewer gets %d pictures in 20 s, want a moving picture", n)
		}
		for _, v := range []*watching{first, second, third} {
			v.stop()
		}
		camera.cancel()
		<-camera.ended
	})
}
