package source

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
)

// These are what x264 and a Raspberry Pi's encoder write, cut to what the tests need.
const (
	sps720   = "6764001facd9405005bb016c80000003008000001e078c18cb"  // high, 1280x720, 30/s, reorders 2
	sps1080  = "6742c028d900780227e5840000030004000003 00f03c60c920" // constrained baseline, 1920x1080, 30/s
	spsHigh  = "6764000cac3b50b04b42000003000200000300 3d08"         // high, 352x288, 15/s
	spsTen   = "676e001facd940"                                      // High 10
	ppsPlain = "68ebc3cb22c0"
	audPlain = "09f0"
	seiPlain = "0605ffff80"
)

// nal returns NAL units with start codes from hex.
func nal(t testing.TB, units ...string) []byte {
	t.Helper()
	var b []byte
	for _, u := range units {
		raw, err := hex.DecodeString(string(bytes.ReplaceAll([]byte(u), []byte(" "), nil)))
		if err != nil {
			t.Fatal(err)
		}
		b = appendNAL(b, raw)
	}
	return b
}

// slice returns a NAL unit of a slice with size bytes of data, without a start
// code: header, first_mb_in_slice (0 or 1), slice_type, and n to tell it by.
func slice(header byte, first bool, typ byte, n byte, size int) []byte {
	// first_mb 0 is the bit 1, first_mb 1 the bits 010.
	// slice types: P=0 is 1, B=1 is 010, I=2 is 011, I=7 is 0001000.
	code := map[byte]string{0: "1", 1: "010", 2: "011", 7: "0001000"}[typ]
	text := "010" + code
	if first {
		text = "1" + code
	}
	var bits uint16
	for i, c := range text {
		if c == '1' {
			bits |= 1 << (15 - i)
		}
	}
	b := []byte{header, byte(bits >> 8), byte(bits) | 1, n + 4}
	return append(b, bytes.Repeat([]byte{0xab}, size)...)
}

func idr(n byte) []byte { return slice(0x65, true, 7, n, 40) }
func pic(n byte) []byte { return slice(0x41, true, 0, n, 20) }

// joined returns NAL units with start codes.
func joined(units ...[]byte) []byte {
	var b []byte
	for _, u := range units {
		b = appendNAL(b, u)
	}
	return b
}

// collector is what a test gives a parser to emit to.
type collector struct {
	units []unit
	at    []time.Time
}

func (c *collector) emit(u unit) error {
	c.units = append(c.units, u)
	c.at = append(c.at, time.Now())
	return nil
}

func (c *collector) data() [][]byte {
	var d [][]byte
	for _, u := range c.units {
		d = append(d, u.data)
	}
	return d
}

// ivfFile returns an IVF stream of frames with a time base of 1/rate and their
// indices as time stamps.
func ivfFile(fourCC string, rate uint32, frames ...[]byte) []byte {
	b := []byte(ivfMagic)
	b = binary.LittleEndian.AppendUint16(b, 0)
	b = binary.LittleEndian.AppendUint16(b, ivfHeader)
	b = append(b, fourCC...)
	b = binary.LittleEndian.AppendUint16(b, 640)
	b = binary.LittleEndian.AppendUint16(b, 480)
	b = binary.LittleEndian.AppendUint32(b, rate)
	b = binary.LittleEndian.AppendUint32(b, 1)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(frames)))
	b = append(b, 0, 0, 0, 0)
	for i, f := range frames {
		b = appendIVFFrame(b, f, uint64(i))
	}
	return b
}

func appendIVFFrame(b, frame []byte, pts uint64) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(len(frame)))
	b = binary.LittleEndian.AppendUint64(b, pts)
	return append(b, frame...)
}

// vp8Frame returns the beginning of a frame of VP8 (RFC 6386, 9.1).
func vp8Frame(key bool, n byte) []byte {
	if key {
		return []byte{0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01, n}
	}
	return []byte{0x11, 0, 0, 1, 2, 3, n}
}

// film returns n pictures of H.264, every group-th of them a key frame, the
// parameter sets only before the first.
func film(t testing.TB, sps string, n, group int) []byte {
	b := nal(t, sps, ppsPlain)
	for i := range n {
		if i%group == 0 {
			b = appendNAL(b, idr(byte(i%200)))
		} else {
			b = appendNAL(b, pic(byte(i%200)))
		}
	}
	return b
}

const h264Format = webrtc.MimeTypeH264
