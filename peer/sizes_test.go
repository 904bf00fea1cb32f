package peer

import (
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
)

// TestSizeFollowsTheWay has a viewer whose way becomes narrow and wide again: its
// picture becomes smaller, and then fewer a second, and comes back. It moves all
// the time, and a change of size begins with a key frame (which only gets lost
// where the way is too narrow).
func TestSizeFollowsTheWay(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		source := &fakeSource{formats: []string{webrtc.MimeTypeH264}, fps: 30}
		camera := w.camera(&Camera{Source: source, MinBitrate: 50_000, MaxBitrate: 2_500_000})
		host, way := w.hostBehind(5_000_000)
		w.start()
		viewer := w.watch("viewer", Key{}, host)
		for _, tt := range []struct {
			rate     int // bits a second that the way carries
			width    int
			least    int // pictures in 10 s
			most     int
			patience time.Duration
		}{
			{5_000_000, 1280, 280, 310, 30 * time.Second},
			{500_000, 640, 200, 310, 40 * time.Second},
			{180_000, 640, 130, 160, 40 * time.Second},
			{5_000_000, 1280, 280, 310, 3 * time.Minute},
		} {
			way.carry(tt.rate)
			unannounced := viewer.unannounced.Load()
			for i := range int(tt.patience / time.Second) {
				if n := viewer.framesIn(time.Second); n == 0 && i > 3 { // the way is too full at first
					t.Errorf("no picture for a second at %d bit/s, %d s after the change", tt.rate, i)
				}
			}
			n := viewer.framesIn(10 * time.Second)
			if n < tt.least || n > tt.most {
				t.Errorf("%d pictures in 10 s at %d bit/s, want %d to %d", n, tt.rate, tt.least, tt.most)
			}
			if width := int(viewer.width.Load()); width != tt.width {
				t.Errorf("the picture is %d pixels wide at %d bit/s, want %d", width, tt.rate, tt.width)
			}
			if n := viewer.unannounced.Load() - unannounced; n > 0 && tt.width == 1280 {
				t.Errorf("the size changed %d times without a key frame", n)
			}
		}
		viewer.stop()
		camera.cancel()
		<-camera.ended
	})
}
