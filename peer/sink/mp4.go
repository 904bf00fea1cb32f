package sink

import (
	"bytes"
	"encoding/binary"
	"math"
	"time"

	"github.com/Eyevinn/mp4ff/mp4"
)

// mp4File is fragmented MP4 (ISO/IEC 14496-12): a header without samples, then
// fragments (moof, mdat) that each say when they begin, and an index at the end.
type mp4File struct {
	out    *output
	tracks []*mp4Track
	begin  time.Duration // of the fragment that is collected
	size   int           // of its samples, in bytes
	count  uint32        // of fragments
	length int64         // where the header has the duration
	end    time.Duration
	index  []mp4.TfraEntry // fragments that begin with a key frame
}

// mp4Track collects the samples of a fragment.
type mp4Track struct {
	track
	id, rate uint32 // rate: ticks a second
	samples  []mp4.FullSample
	last     sample // the last of samples, whose length the next one tells
	next     uint64 // when the next sample may begin at the earliest
	step     uint32 // the latest sample's length
}

// holdBack is how long the last picture of a fragment waits for the one that
// tells its length. Time goes on with the sound meanwhile.
const holdBack = pieceTime / 2

func newMP4(out *output, tracks []track) (muxer, error) {
	head, length, err := mp4Header(tracks)
	if err != nil {
		return nil, err
	}
	m := &mp4File{out: out, length: length}
	for i, t := range tracks {
		m.tracks = append(m.tracks, &mp4Track{track: t, id: uint32(i + 1), rate: t.ClockRate})
	}
	return m, out.append(head)
}

func (m *mp4File) write(i int, s sample) error {
	t := m.tracks[i]
	at := max(ticks(s.time, t.rate), t.next)
	t.close(at)
	switch collected := m.collected(); {
	case !collected:
		m.begin = s.time
	case s.time-m.begin >= pieceTime || m.size >= pieceSize || i == 0 && t.video && s.key:
		if err := m.flush(s.time); err != nil {
			return err
		}
	}
	flags := mp4.NonSyncSampleFlags
	if s.key {
		flags = mp4.SyncSampleFlags
	}
	t.samples = append(t.samples, mp4.FullSample{
		Sample:     mp4.Sample{Flags: flags, Size: uint32(len(s.data))},
		DecodeTime: at,
		Data:       s.data,
	})
	t.last, t.next = s, at+1
	m.size += len(s.data)
	return nil
}

// close gives the last sample its length: until now. A longer one than players
// can count ends before; the next fragment says when it begins.
func (t *mp4Track) close(now uint64) {
	if n := len(t.samples); n > 0 && t.samples[n-1].Dur == 0 {
		begin := t.samples[n-1].DecodeTime
		t.step = uint32(min(max(now, begin+1)-begin, math.MaxInt32))
		t.samples[n-1].Dur = t.step
	}
}

func (m *mp4File) collected() bool {
	for _, t := range m.tracks {
		if len(t.samples) > 0 {
			return true
		}
	}
	return false
}

// flush writes the fragment. The last sample of a track stays for the next one
// if its length may still become known.
func (m *mp4File) flush(now time.Duration) error {
	m.begin, m.size = now, 0
	held := make([][]mp4.FullSample, len(m.tracks))
	var ids []uint32
	for i, t := range m.tracks {
		if n := len(t.samples); n > 0 && t.samples[n-1].Dur == 0 {
			if now-t.last.time < holdBack {
				held[i] = []mp4.FullSample{t.samples[n-1]}
				t.samples = t.samples[:n-1]
				m.begin = min(m.begin, t.last.time)
			} else {
				t.close(ticks(now, t.rate))
			}
		}
		if len(t.samples) > 0 {
			ids = append(ids, t.id)
		}
	}
	err := m.writeFragment(ids)
	for i, t := range m.tracks {
		t.samples = held[i]
	}
	return err
}

func (m *mp4File) writeFragment(ids []uint32) error {
	if len(ids) == 0 {
		return nil
	}
	m.count++
	f, err := mp4.CreateMultiTrackFragment(m.count, ids)
	if err != nil {
		return err
	}
	for _, t := range m.tracks {
		for _, s := range t.samples {
			if err := f.AddFullSampleToTrack(s, t.id); err != nil {
				return err
			}
			m.end = max(m.end, time.Duration(float64(s.DecodeTime+uint64(s.Dur))/float64(t.rate)*float64(time.Second)))
		}
	}
	var b bytes.Buffer
	if err := f.Encode(&b); err != nil {
		return err
	}
	if first := m.tracks[0]; len(first.samples) > 0 && first.samples[0].Flags == mp4.SyncSampleFlags {
		m.index = append(m.index, mp4.TfraEntry{
			Time: first.samples[0].DecodeTime, MoofOffset: uint64(m.out.size), TrafNumber: 1, TrunNumber: 1, SampleNumber: 1,
		})
	}
	if err := m.out.append(b.Bytes()); err != nil {
		return err
	}
	return m.out.patch(binary.BigEndian.AppendUint64(nil, ticks(m.end, mp4MovieRate)), m.length)
}

// finish writes the last fragment and the index.
func (m *mp4File) finish() error {
	now := m.begin
	for _, t := range m.tracks {
		if len(t.samples) == 0 {
			continue
		}
		length := ticks(t.usual(t.last), t.rate)
		if t.video && t.step > 0 {
			length = min(uint64(t.step), 2*length)
		}
		t.close(t.samples[len(t.samples)-1].DecodeTime + length)
		now = max(now, t.last.time)
	}
	if err := m.flush(now); err != nil {
		return err
	}
	if m.out.live() || len(m.index) == 0 {
		return nil
	}
	tfra := &mp4.TfraBox{Version: 1, TrackID: 1, Entries: m.index}
	mfro := &mp4.MfroBox{}
	mfra := &mp4.MfraBox{}
	for _, b := range []mp4.Box{tfra, mfro} {
		if err := mfra.AddChild(b); err != nil {
			return err
		}
	}
	mfro.ParentSize = uint32(mfra.Size())
	var b bytes.Buffer
	if err := mfra.Encode(&b); err != nil {
		return err
	}
	return m.out.append(b.Bytes())
}
