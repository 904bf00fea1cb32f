package sink

import (
	"bytes"
	"encoding/binary"
	"math"
	"time"

	"github.com/at-wat/ebml-go"
	"github.com/at-wat/ebml-go/webm"
)

// matroska is Matroska or WebM (RFC 9559): a header, then clusters of blocks,
// and at the end the cues by which players seek. Of ebml-go it uses the
// elements alone: its writer makes a goroutine and writes each block by itself.
//
// A pipe gets each block at once, in clusters of unknown size.
type matroska struct {
	out    *output
	tracks []track
	places matroskaPlaces
	begin  time.Duration // of the cluster
	opened bool          // there is one
	blocks []ebml.Block  // that are collected
	size   int           // of them, in bytes
	cues   []webm.CuePoint
	cue    bool // the cluster begins with a key frame
	end    time.Duration
}

// clusterTime is the longest that a cluster lasts: blocks count from its beginning in 16 bits.
const clusterTime = math.MaxInt16 * time.Millisecond

func newMatroska(out *output, tracks []track) (muxer, error) {
	return openMatroska(out, tracks, "matroska")
}

func newWebM(out *output, tracks []track) (muxer, error) { return openMatroska(out, tracks, "webm") }

func openMatroska(out *output, tracks []track, docType string) (muxer, error) {
	head, places, err := matroskaHeader(tracks, docType, out.live())
	if err != nil {
		return nil, err
	}
	return &matroska{out: out, tracks: tracks, places: places}, out.append(head)
}

func (m *matroska) write(i int, s sample) error {
	first := i == 0 && s.key && m.tracks[0].video
	due := !m.opened || first || s.time-m.begin >= pieceTime || m.size >= pieceSize || m.begin-s.time > clusterTime
	if due {
		if err := m.flush(); err != nil {
			return err
		}
		m.begin, m.opened, m.cue = s.time, true, first || !m.tracks[0].video
	}
	m.end = max(m.end, s.time+m.tracks[i].usual(s))
	block := ebml.Block{
		TrackNumber: uint64(i + 1),
		Timecode:    int16(milliseconds(s.time) - milliseconds(m.begin)),
		Keyframe:    s.key,
		Data:        [][]byte{s.data},
	}
	if m.out.live() {
		return m.writeBlock(block, due)
	}
	m.blocks = append(m.blocks, block)
	m.size += len(s.data)
	return nil
}

func milliseconds(d time.Duration) int64 { return d.Round(time.Millisecond).Milliseconds() }

// writeBlock writes a block into a cluster without an end, a new one if that is due.
func (m *matroska) writeBlock(block ebml.Block, newCluster bool) error {
	var b bytes.Buffer
	if newCluster {
		head := struct {
			Cluster struct {
				Timecode uint64 `ebml:"Timecode"`
			} `ebml:"Cluster,size=unknown"`
		}{}
		head.Cluster.Timecode = uint64(milliseconds(m.begin))
		if err := ebml.Marshal(&head, &b); err != nil {
			return err
		}
	}
	one := struct {
		Block ebml.Block `ebml:"SimpleBlock"`
	}{block}
	if err := ebml.Marshal(&one, &b); err != nil {
		return err
	}
	return m.out.append(b.Bytes())
}

// flush writes the cluster that is collected.
func (m *matroska) flush() error {
	if len(m.blocks) == 0 {
		return nil
	}
	piece := struct {
		Cluster struct {
			Timecode uint64       `ebml:"Timecode"`
			Blocks   []ebml.Block `ebml:"SimpleBlock"`
		} `ebml:"Cluster"`
	}{}
	piece.Cluster.Timecode = uint64(milliseconds(m.begin))
	piece.Cluster.Blocks = m.blocks
	var b bytes.Buffer
	if err := ebml.Marshal(&piece, &b); err != nil {
		return err
	}
	if m.cue {
		m.cues = append(m.cues, webm.CuePoint{
			CueTime:           uint64(milliseconds(m.begin)),
			CueTrackPositions: []webm.CueTrackPosition{{CueTrack: 1, CueClusterPosition: uint64(m.out.size - m.places.segment)}},
		})
	}
	m.blocks, m.size = nil, 0
	if err := m.out.append(b.Bytes()); err != nil {
		return err
	}
	duration := math.Float64bits(float64(m.end) / float64(time.Millisecond))
	return m.out.patch(binary.BigEndian.AppendUint64(nil, duration), m.places.duration)
}

// finish writes the last cluster and the cues, and says in the header where they are.
func (m *matroska) finish() error {
	if err := m.flush(); err != nil || m.out.live() || len(m.cues) == 0 {
		return err
	}
	at := m.out.size - m.places.segment
	index := struct {
		Cues webm.Cues `ebml:"Cues"`
	}{webm.Cues{CuePoint: m.cues}}
	var b bytes.Buffer
	if err := ebml.Marshal(&index, &b); err != nil {
		return err
	}
	if err := m.out.append(b.Bytes()); err != nil {
		return err
	}
	head, err := m.places.seekHead(at)
	if err != nil {
		return err
	}
	if err := m.out.patch(head, m.places.segment); err != nil {
		return err
	}
	const known = 1 << 56 // marks a length of 8 bytes
	return m.out.patch(binary.BigEndian.AppendUint64(nil, known|uint64(m.out.size-m.places.segment)), m.places.segment-8)
}
