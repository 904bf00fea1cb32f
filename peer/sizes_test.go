package peer

import (
	"fmt"
	"slices"
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
			want     seen
			patience time.Duration
		}{
			{5_000_000, seen{1280, 280, 310}, time.Minute},
			{500_000, seen{640, 200, 310}, 2 * time.Minute},
			{180_000, seen{640, 130, 160}, 2 * time.Minute},
			{85_000, seen{320, 60, 160}, 2 * time.Minute},
			{5_000_000, seen{1280, 280, 310}, 4 * time.Minute},
		} {
			way.carry(tt.rate)
			unannounced := viewer.unannounced.Load()
			if err := viewer.comesToSee(tt.want, tt.patience); err != nil {
				t.Errorf("at %d bit/s: %v", tt.rate, err)
			}
			if n := viewer.unannounced.Load() - unannounced; n > 0 && tt.want.width == 1280 {
				t.Errorf("the size changed %d times without a key frame", n)
			}
		}
		viewer.stop()
		camera.cancel()
		<-camera.ended
	})
}

// seen is what a viewer gets for 10 s.
type seen struct {
	width       int
	least, most int // pictures
}

// comesToSee waits until a viewer has got that for 10 s: what a way carries is an
// estimate, and sways. The picture may not stand still for a second meanwhile,
// but in the first 4 s, while a way that has just become narrow is too full.
func (v *testViewer) comesToSee(want seen, patience time.Duration) error {
	var frames, widths []int // of each second
	for i := range int(patience / time.Second) {
		n := v.framesIn(time.Second)
		if n == 0 && i > 3 {
			return fmt.Errorf("no picture for a second, %d s after the change", i)
		}
		frames, widths = append(frames, n), append(widths, int(v.width.Load()))
		if i < 10 {
			continue
		}
		frames, widths = frames[1:], widths[1:]
		sum := 0
		for _, n := range frames {
			sum += n
		}
		other := slices.ContainsFunc(widths, func(w int) bool { return w != want.width })
		if !other && sum >= want.least && sum <= want.most {
			return nil
		}
	}
	return fmt.Errorf("in the last 10 s of %v %v pictures came, %v pixels wide; want %d to %d of %d", patience, frames, widths, want.least, want.most, want.width)
}
