package sink

import (
	"encoding/binary"
	"math"

	"github.com/pion/webrtc/v4"
)

// annexB is the stream as it came, with start codes (ITU-T H.264, Annex B). It
// knows no time.
type annexB struct{ out *output }

func newAnnexB(out *output, _ []track) (muxer, error) { return annexB{out}, nil }

func (a annexB) write(_ int, s sample) error { return a.out.append(s.data) }

func (a annexB) finish() error { return nil }

// ivf is a header, and another of 12 bytes before each frame; all little-endian.
// (pion's ivfwriter takes RTP packets, and wants the size from somewhere else.)
type ivf struct {
	out *output
	end uint64 // in ticks
}

const (
	ivfRate   = 1000 // ticks a second
	ivfLength = 24   // where the header has the length: ffmpeg reads ticks there, others do not look
)

func newIVF(out *output, tracks []track) (muxer, error) {
	t := tracks[0]
	code := map[string]string{webrtc.MimeTypeVP8: "VP80", webrtc.MimeTypeVP9: "VP90", webrtc.MimeTypeAV1: "AV01"}[canonical(t.MIME)]
	b := append([]byte("DKIF\x00\x00\x20\x00"), code...)
	b = binary.LittleEndian.AppendUint16(b, uint16(t.setup.width))
	b = binary.LittleEndian.AppendUint16(b, uint16(t.setup.height))
	b = binary.LittleEndian.AppendUint32(b, ivfRate)
	b = binary.LittleEndian.AppendUint32(b, 1)
	b = binary.LittleEndian.AppendUint64(b, 0)
	return &ivf{out: out}, out.append(b)
}

func (v *ivf) write(_ int, s sample) error {
	b := make([]byte, 0, 12+len(s.data))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(s.data)))
	b = binary.LittleEndian.AppendUint64(b, ticks(s.time, ivfRate))
	v.end = ticks(s.time+track{}.usual(s), ivfRate)
	return v.out.append(append(b, s.data...))
}

func (v *ivf) finish() error {
	return v.out.patch(binary.LittleEndian.AppendUint32(nil, uint32(min(v.end, math.MaxUint32))), ivfLength)
}
