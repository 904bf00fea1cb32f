package source

import (
	"bytes"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
)

// earned is how often in a row a pause must have been followed by a new access
// unit before a pause is taken for the end of one.
const earned = 3

// startCode begins every NAL unit (ITU-T H.264, annex B). A zero byte may stand before it.
const startCode = "\x00\x00\x01"

// annexB cuts a byte stream of H.264 (ITU-T H.264, annex B) into access units.
//
// Nothing marks the end of an access unit: the next one's beginning does, a frame
// interval later. Most programs write each picture at once and then pause, so a
// pause would do as well; but one that writes blocks of 4 KiB pauses in the middle
// of a picture, and one that writes slices as they are ready pauses between them.
// annexB therefore watches first where the stream goes on after pauses, and takes
// a pause for an end once that was right several times, until it is wrong.
type annexB struct {
	unitBuilder
	max int // bytes of a unit

	buf     []byte        // the NAL unit that is coming, or what could be the first bytes of a start code
	base    int64         // where in the stream buf begins
	scanned int           // bytes of buf without a start code
	inNAL   bool          // buf is a NAL unit, no rubbish
	judged  bool          // its first bytes have been looked at
	nalAt   int64         // where in the stream its start code is
	nalCame time.Duration // when that came

	paused   bool
	pausedAt int64 // where in the stream bytes stopped coming
	trust    int   // how often in a row a pause was an end
	needed   int   // how much trust it takes
}

func newAnnexB(emit func(unit) error, t *tally) *annexB {
	return &annexB{unitBuilder: unitBuilder{emit: emit, tally: t}, max: maxUnit, needed: earned}
}

// write implements parser.
func (a *annexB) write(b []byte, now time.Duration) error {
	a.buf = append(a.buf, b...)
	start, from := 0, max(0, a.scanned-len(startCode)+1)
	for {
		i := bytes.Index(a.buf[from:], []byte(startCode))
		if i < 0 {
			break
		}
		i += from
		if err := a.finish(a.buf[start:i]); err != nil {
			return err
		}
		a.inNAL, a.judged = true, false
		a.nalAt, a.nalCame = a.base+int64(i), now
		start = i + len(startCode)
		from = start
	}
	a.forget(start)
	a.scanned = len(a.buf)
	return a.peek()
}

// forget drops what is done with from the front of buf, and what can be of no use.
func (a *annexB) forget(n int) {
	if !a.inNAL {
		n = max(n, len(a.buf)-len(startCode)+1)
	}
	if n > 0 {
		a.base += int64(n)
		a.buf = append(a.buf[:0], a.buf[n:]...)
	}
}

// peek looks at the NAL unit that is coming as soon as it can be judged.
func (a *annexB) peek() error {
	if !a.inNAL {
		return nil
	}
	if !a.judged && len(a.buf) >= 2 {
		if err := a.judge(a.buf); err != nil {
			return err
		}
	}
	// The last two bytes may belong to the next start code.
	if len(a.buf) > a.max+len(startCode)-1 {
		a.spoil()
		a.inNAL = false
		a.forget(0)
		a.scanned = len(a.buf)
	}
	return nil
}

// judge looks at the first bytes of a NAL unit: if it begins an access unit,
// the one before it is whole.
func (a *annexB) judge(nal []byte) error {
	a.judged = true
	opens := opensUnit(nal)
	a.learn(opens)
	if !opens {
		return nil
	}
	return a.cut()
}

// finish takes one whole NAL unit, with the zeros that may follow it.
func (a *annexB) finish(nal []byte) error {
	size := len(nal)
	if !a.inNAL || size == 0 {
		return nil
	}
	if !a.judged {
		if err := a.judge(nal); err != nil {
			return err
		}
	}
	if size+len(a.body)+len(a.sets) > a.max {
		a.spoil()
		return nil
	}
	if nal = bytes.TrimRight(nal, "\x00"); len(nal) == 0 {
		return nil
	}
	return a.add(nal, a.nalCame)
}

// quiet implements parser: the unit is sent if pauses have been at its end so far.
func (a *annexB) quiet() error {
	at := a.base + int64(len(a.buf))
	if a.paused && at > a.pausedAt { // the stream went on, and with no NAL unit
		a.distrust()
	}
	a.paused, a.pausedAt = true, at
	if a.trust < a.needed || !a.sliced && !(a.inNAL && isSlice(a.buf)) {
		return nil
	}
	return a.end()
}

// learn compares where the stream goes on, with a NAL unit, with where it had paused.
func (a *annexB) learn(opens bool) {
	if !a.paused || a.nalAt < a.pausedAt {
		return
	}
	a.paused = false
	if opens && a.nalAt-a.pausedAt <= 1 { // a start code has three bytes or four
		a.trust++
		return
	}
	a.distrust()
}

// distrust is for a pause that was no end.
func (a *annexB) distrust() {
	if a.trust >= a.needed { // a picture was cut in two
		a.tally.add(StreamStats{Damaged: 1})
		a.needed = min(2*a.needed, 1000)
	}
	a.trust = 0
}

// end implements parser.
func (a *annexB) end() error {
	if err := a.finish(a.buf); err != nil {
		return err
	}
	a.inNAL = false
	a.base += int64(len(a.buf))
	a.buf, a.scanned = a.buf[:0], 0
	return a.cut()
}

// opensUnit reports whether a NAL unit that comes after a slice is the first of
// the next access unit (ITU-T H.264, 7.4.1.2.3). A slice is, if it has the
// picture's first macroblock: ue(v) of 0 is a single bit.
func opensUnit(nal []byte) bool {
	switch typ := h264.NALUType(nal[0] & 0x1f); {
	case typ == h264.NALUTypeNonIDR, typ == h264.NALUTypeIDR:
		return len(nal) > 1 && nal[1]&0x80 != 0
	case typ >= h264.NALUTypeSEI && typ <= h264.NALUTypeAccessUnitDelimiter:
		return true
	default:
		return typ >= 14 && typ <= 18
	}
}

func isSlice(nal []byte) bool {
	if len(nal) == 0 {
		return false
	}
	typ := h264.NALUType(nal[0] & 0x1f)
	return typ == h264.NALUTypeNonIDR || typ == h264.NALUTypeIDR
}
