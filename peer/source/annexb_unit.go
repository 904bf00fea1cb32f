package source

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/bits"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
)

// Parameter sets are small and few; larger or further ones are rubbish (ITU-T H.264, 7.4.2).
const (
	maxSet   = 4 << 10 // bytes
	maxSPSID = 31
	maxPPSID = 255
)

// unitBuilder puts NAL units together to access units as they are sent: with
// every parameter set that came so far before a key frame, and without what
// decoders do not need (delimiters, filler, extensions).
type unitBuilder struct {
	emit  func(unit) error
	tally *tally

	sps, pps map[uint32][]byte // the newest of each ID
	shape    shape
	baseline bool // the profile has no B slices

	// These are of the unit that is coming, with start codes.
	sets, body []byte
	came       time.Duration // when its first NAL unit came
	begun      bool
	sliced     bool // it has a slice
	key        bool
	spoilt     bool // a part of it is missing
}

// add takes the next NAL unit of the present access unit.
func (b *unitBuilder) add(nal []byte, came time.Duration) error {
	if nal[0]&0x80 != 0 { // forbidden_zero_bit
		b.tally.add(StreamStats{Damaged: 1})
		return nil
	}
	if !b.begun {
		b.begun, b.came = true, came
	}
	switch h264.NALUType(nal[0] & 0x1f) {
	case h264.NALUTypeSPS:
		return b.addSPS(nal)
	case h264.NALUTypePPS:
		b.addPPS(nal)
	case h264.NALUTypeSEI:
		b.body = appendNAL(b.body, nal)
	case h264.NALUTypeNonIDR, h264.NALUTypeIDR:
		return b.addSlice(nal)
	}
	return nil
}

func (b *unitBuilder) addSPS(nal []byte) error {
	sps, ok := parseSPS(nal)
	if !ok {
		b.tally.add(StreamStats{Damaged: 1})
		return nil
	}
	if err := checkSPS(sps); err != nil {
		return err
	}
	b.shape = shapeOf(sps)
	b.baseline = sps.ProfileIdc == profileBaseline
	b.sps = remember(b.sps, sps.ID, nal)
	b.sets = appendNAL(b.sets, nal)
	return nil
}

func (b *unitBuilder) addPPS(nal []byte) {
	position := 0
	id, err := bits.ReadGolombUnsigned(nal[1:min(len(nal), 8)], &position)
	if err != nil || id > maxPPSID || len(nal) > maxSet {
		b.tally.add(StreamStats{Damaged: 1})
		return
	}
	b.pps = remember(b.pps, id, nal)
	b.sets = appendNAL(b.sets, nal)
}

func (b *unitBuilder) addSlice(nal []byte) error {
	bidirectional, ok := isBSlice(nal)
	if !ok || bidirectional && b.baseline {
		b.spoil()
		return nil
	}
	if bidirectional {
		return errBSlices
	}
	b.sliced = true
	b.key = b.key || h264.NALUType(nal[0]&0x1f) == h264.NALUTypeIDR
	b.body = appendNAL(b.body, nal)
	return nil
}

// spoil drops the unit that is coming: without one of its parts it is of no use.
func (b *unitBuilder) spoil() {
	b.spoilt = true
	b.body, b.sets = b.body[:0], b.sets[:0]
}

// cut gives away the unit that is coming, if it has a picture. Parameter sets
// that came without one are left for the picture that follows.
func (b *unitBuilder) cut() error {
	if b.spoilt {
		b.tally.add(StreamStats{Damaged: 1})
		b.clear()
		return nil
	}
	if !b.sliced {
		return nil
	}
	u := unit{key: b.key, came: b.came, pts: -1, shape: b.shape}
	switch {
	case len(b.sps) == 0 || len(b.pps) == 0: // it cannot be decoded
		b.tally.add(StreamStats{Damaged: 1})
		b.clear()
		return nil
	case b.key:
		u.data = slices.Concat(inOrder(b.sps), inOrder(b.pps), b.body)
	default:
		u.data = slices.Concat(b.sets, b.body)
	}
	b.clear()
	b.tally.add(StreamStats{Frames: 1})
	return b.emit(u)
}

func (b *unitBuilder) clear() {
	b.sets, b.body = b.sets[:0], b.body[:0]
	b.begun, b.sliced, b.key, b.spoilt = false, false, false, false
}

// remember keeps a copy of a parameter set.
func remember(sets map[uint32][]byte, id uint32, nal []byte) map[uint32][]byte {
	if sets == nil {
		sets = make(map[uint32][]byte)
	}
	if !bytes.Equal(sets[id], nal) {
		sets[id] = bytes.Clone(nal)
	}
	return sets
}

// inOrder returns parameter sets with start codes, in the order of their IDs.
func inOrder(sets map[uint32][]byte) []byte {
	var b []byte
	for _, id := range slices.SortedFunc(maps.Keys(sets), cmp.Compare[uint32]) {
		b = appendNAL(b, sets[id])
	}
	return b
}

func appendNAL(b, nal []byte) []byte {
	b = append(b, 0)
	b = append(b, startCode...)
	return append(b, nal...)
}
