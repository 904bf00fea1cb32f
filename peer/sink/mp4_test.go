package sink

import (
	"bytes"
	"path/filepath"
	"testing"
	"time"

	"github.com/Eyevinn/mp4ff/mp4"
	"github.com/pion/webrtc/v4"
)

// TestFragments holds that fragments are short, follow each other without holes,
// and that the index leads to those that begin with a key frame.
func TestFragments(t *testing.T) {
	const seconds = 4
	mime := webrtc.MimeTypeH264
	path := filepath.Join(t.TempDir(), "film.mp4")
	record(t, newRecorder(t, Options{Name: path}), mime, woven(film(t, shot{mime, 160, 120, seconds, 50}), beeps(t, seconds)))
	file, err := mp4.DecodeFile(bytes.NewReader(read(t, path)))
	if err != nil {
		t.Fatal(err)
	}
	if d := file.Moov.Mvex.Mehd.FragmentDuration; d < 3.98*mp4MovieRate || d > 4.03*mp4MovieRate {
		t.Errorf("the header says that it lasts %d ticks", d)
	}
	next := map[uint32]uint64{}
	keys := map[uint64]uint64{} // where a fragment begins that begins with a key frame: its time
	for _, s := range file.Segments {
		for _, f := range s.Fragments {
			for _, traf := range f.Moof.Trafs {
				begin := traf.Tfdt.BaseMediaDecodeTime()
				if begin != next[traf.Tfhd.TrackID] {
					t.Errorf("track %d goes on at %d, not at %d", traf.Tfhd.TrackID, begin, next[traf.Tfhd.TrackID])
				}
				length := traf.Trun.Duration(0)
				rate := file.Moov.Traks[traf.Tfhd.TrackID-1].Mdia.Mdhd.Timescale
				if float64(length) > 1.05*float64(rate) {
					t.Errorf("a fragment lasts %d ticks of %d", length, rate)
				}
				next[traf.Tfhd.TrackID] = begin + length
				if traf.Tfhd.TrackID == 1 && mp4.IsSyncSampleFlags(traf.Trun.Samples[0].Flags) {
					keys[f.Moof.StartPos] = begin
				}
			}
		}
	}
	if len(keys) != 3 || len(file.Mfra.Tfra.Entries) != 3 {
		t.Errorf("%d key frames, %d entries of the index", len(keys), len(file.Mfra.Tfra.Entries))
	}
	for _, e := range file.Mfra.Tfra.Entries {
		if begin, ok := keys[e.MoofOffset]; !ok || begin != e.Time {
			t.Errorf("the index leads to %d for %d", e.MoofOffset, e.Time)
		}
	}
}

func TestTicks(t *testing.T) {
	for d, want := range map[time.Duration]uint64{
		0: 0, time.Second: 90_000, time.Second / 30: 3000, 2 * time.Second / 3: 60_000,
		100 * 24 * time.Hour: 100 * 24 * 3600 * 90_000, 100*24*time.Hour + time.Second/30: 100*24*3600*90_000 + 3000,
	} {
		if got := ticks(d, 90_000); got != want {
			t.Errorf("%v are %d ticks, not %d", d, got, want)
		}
	}
}
