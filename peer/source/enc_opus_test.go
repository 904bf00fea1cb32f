//go:build cgo

package source

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/webrtc/v4"

	"inbox/peer"
)

func TestEncodeSound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := TestPattern(PatternOptions{Width: 320, Height: 240, Sound: true})
		if f := s.Formats(); !slices.Contains(f, webrtc.MimeTypeH264) || f[len(f)-1] != webrtc.MimeTypeOpus {
			t.Errorf("formats %v", f)
		}
		m, err := s.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		e := startEncoder(t, m, webrtc.MimeTypeOpus, peer.Rung{Bitrate: 48_000})
		time.Sleep(soundPacket / 2)
		for i := range 100 {
			f := nextFrame(t, e)
			if want := time.Duration(i) * soundPacket; f.Time != want || !f.Key {
				t.Errorf("packet %d: time %v, key %v", i, f.Time, f.Key)
			}
			checkOpus(t, f.Data)
		}
		if err := e.(peer.BitrateSetter).SetBitrate(16_000); err != nil {
			t.Error(err)
		}
		nextFrame(t, e)
	})
}

// checkOpus reads the first byte of a packet (RFC 6716, section 3.1): one
// frame of 20 ms.
func checkOpus(t *testing.T, packet []byte) {
	t.Helper()
	if len(packet) == 0 {
		t.Fatal("an empty packet")
	}
	of20ms := []byte{1, 5, 9, 13, 15, 19, 23, 27, 31}
	if config := packet[0] >> 3; !slices.Contains(of20ms, config) || packet[0]&3 != 0 {
		t.Errorf("a packet that begins with %08b", packet[0])
	}
}

func TestOpusBitrate(t *testing.T) {
	for _, channels := range []int{1, 2} {
		for _, want := range []int{24_000, 64_000} {
			e, err := openOpus(soundOptions{channels, want})
			if err != nil {
				t.Fatal(err)
			}
			bytes := 0
			for i := range 250 {
				samples := make([]int16, packetFrames*channels)
				for j := range samples {
					samples[j] = int16((i*len(samples) + j) * 7919 >> 3)
				}
				data, err := e.encode(samples)
				if err != nil {
					t.Fatal(err)
				}
				bytes += len(data)
			}
			if got := bytes * 8 / 5; got < want*7/10 || got > want*13/10 {
				t.Errorf("%d channels: %d bit/s of %d asked for", channels, got, want)
			}
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func BenchmarkOpus(b *testing.B) {
	e, err := openOpus(soundOptions{1, 32_000})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	samples := beep(time.Unix(0, 0))
	for b.Loop() {
		if _, err := e.encode(samples); err != nil {
			b.Fatal(err)
		}
	}
	perFrame(b)
}
