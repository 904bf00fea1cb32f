package peer

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"
)

// body is n bytes that are no start code.
func body(n int) []byte { return bytes.Repeat([]byte{0xa5}, n) }

// annexB is an access unit of these NAL units.
func annexB(units ...[]byte) (frame []byte) {
	for _, u := range units {
		frame = append(append(frame, 0, 0, 0, 1), u...)
	}
	return frame
}

// coded is a codec as a test sends it: a key frame and one that needs it.
type coded struct {
	mime       string
	payloader  rtp.Payloader
	key, other []byte
}

func codedTests() []coded {
	sps, pps := []byte{0x67, 0x42, 0xe0, 0x1f, 1}, []byte{0x68, 0xce, 1}
	vps, sps5, pps5 := []byte{0x40, 1, 0x0c, 1}, []byte{0x42, 1, 1, 1, 0x60}, []byte{0x44, 1, 0xc1, 0x72}
	return []coded{
		{webrtc.MimeTypeH264, &codecs.H264Payloader{}, annexB(sps, pps, append([]byte{0x65}, body(5000)...)), annexB(append([]byte{0x41}, body(2000)...))},
		{
			webrtc.MimeTypeH265, &codecs.H265Payloader{},
			annexB(vps, sps5, pps5, append([]byte{0x26, 1}, body(5000)...)), annexB(append([]byte{0x02, 1}, body(2000)...)),
		},
		{webrtc.MimeTypeVP8, &codecs.VP8Payloader{EnablePictureID: true}, append([]byte{0, 0, 0, 0x9d, 1, 0x2a}, body(5000)...), append([]byte{1}, body(2000)...)},
		{
			webrtc.MimeTypeVP9, &codecs.VP9Payloader{FlexibleMode: true},
			append([]byte{0x82, 0x49, 0x83, 0x42, 0, 0x13, 0xf0, 0x0e, 0xf6}, body(5000)...), append([]byte{0x86, 0}, body(2000)...),
		},
		{
			webrtc.MimeTypeAV1, &codecs.AV1Payloader{},
			slices.Concat([]byte{0x0a, 3, 1, 2, 3}, []byte{0x32, 0x88, 0x27}, body(5000)), slices.Concat([]byte{0x32, 0xd0, 0x0f}, body(2000)),
		},
	}
}

// packetize returns the packets of a frame, with sequence numbers from *next on.
func packetize(c coded, frame []byte, clock uint32, next *uint16) (packets []arrived) {
	payloads := c.payloader.Payload(payloadSize, frame)
	for i, p := range payloads {
		h := rtp.Header{Version: 2, SequenceNumber: *next, Timestamp: clock, Marker: i == len(payloads)-1}
		packets = append(packets, arrived{&rtp.Packet{Header: h, Payload: p}, time.Unix(0, 0)})
		*next++
	}
	return packets
}

// TestAssembly sends key, other, other, key, other in each codec, loses one packet
// or another, and wants what can be decoded, whole.
func TestAssembly(t *testing.T) {
	for _, c := range codedTests() {
		t.Run(c.mime, func(t *testing.T) {
			var next uint16 = 65_530
			var all []arrived
			var of []int // which frame each packet is of
			frames := [][]byte{c.key, c.other, c.other, c.key, c.other}
			for i, f := range frames {
				packets := packetize(c, f, uint32(3000*i), &next)
				if len(packets) < 2 {
					t.Fatalf("frame %d has %d packets", i, len(packets))
				}
				all = append(all, packets...)
				of = append(of, slices.Repeat([]int{i}, len(packets))...)
			}
			for lost := -1; lost < len(all); lost++ {
				a := newAssembly(c.mime)
				var got []int
				gap := false
				for i, p := range all {
					if i == lost {
						gap = true
						continue
					}
					for _, f := range a.push(p, gap) {
						n := int(f.clock / 3000)
						got = append(got, n)
						if f.key != (n == 0 || n == 3) || !bytes.Equal(f.data, frames[n]) {
							t.Errorf("without packet %d: frame %d, key %v, comes in %d bytes instead of %d", lost, n, f.key, len(f.data), len(frames[n]))
						}
					}
					gap = false
				}
				want := []int{0, 1, 2, 3, 4}
				if lost >= 0 {
					// From the damaged frame up to the next key frame nothing makes sense.
					want = slices.DeleteFunc(want, func(n int) bool {
						return n >= of[lost] && (of[lost] >= 3 || n < 3)
					})
				}
				if !slices.Equal(got, want) {
					t.Errorf("without packet %d, of frame %d: frames %v come, want %v", lost, of[max(lost, 0)], got, want)
				}
			}
		})
	}
}

// TestAssemblyOfPadding has empty packets between and within frames, as
// browsers send them to probe the way.
func TestAssemblyOfPadding(t *testing.T) {
	c := codedTests()[2]
	a := newAssembly(c.mime)
	var next uint16
	n := 0
	for i := range 10 {
		for _, p := range packetize(c, c.key, uint32(i), &next) {
			padding := arrived{&rtp.Packet{Header: rtp.Header{Timestamp: uint32(i)}}, p.at}
			n += len(a.push(p, false)) + len(a.push(padding, false))
		}
	}
	if n != 10 || a.dropped != 0 {
		t.Errorf("%d frames come and %d are dropped, want 10 and 0", n, a.dropped)
	}
}

// TestAssemblyWithoutMarkers ends a frame where the next one begins.
func TestAssemblyWithoutMarkers(t *testing.T) {
	c := codedTests()[0]
	a := newAssembly(c.mime)
	var next uint16
	n := 0
	for i := range 10 {
		for _, p := range packetize(c, c.key, uint32(i), &next) {
			p.Marker = false
			n += len(a.push(p, false))
		}
	}
	if n != 9 {
		t.Errorf("%d frames come, want 9 and one that is not over", n)
	}
}

func FuzzAssembly(f *testing.F) {
	for i, c := range codedTests() {
		for _, p := range c.payloader.Payload(100, c.key[:200]) {
			f.Add(uint8(i), p, uint64(i))
		}
	}
	f.Fuzz(func(t *testing.T, codec uint8, payload []byte, seed uint64) {
		all := append(codedTests(), coded{mime: webrtc.MimeTypeOpus})
		a := newAssembly(all[int(codec)%len(all)].mime)
		random := rand.New(rand.NewPCG(seed, 0))
		first := true
		for i := range 50 {
			cut := payload[:random.IntN(len(payload)+1)]
			h := rtp.Header{Timestamp: uint32(i / 3), Marker: random.IntN(3) == 0}
			for _, frame := range a.push(arrived{&rtp.Packet{Header: h, Payload: cut}, time.Time{}}, random.IntN(5) == 0) {
				if len(frame.data) == 0 || (first && !frame.key) {
					t.Fatalf("a frame of %d bytes, key %v, comes first", len(frame.data), frame.key)
				}
				first = false
			}
		}
	})
}
