//go:build cgo && linux

package source

import (
	"math"
	"testing"
)

// TestOpusCarriesPackets looks for packets that carry the one before: the
// second bit after the first byte, in packets for speech (RFC 6716, section 4.2.3).
func TestOpusCarriesPackets(t *testing.T) {
	e, err := openOpus(soundOptions{1, 28_000})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	speech, carrying := 0, 0
	for i := range 100 {
		samples := make([]int16, packetFrames)
		for j := range samples {
			at := float64(i*packetFrames+j) / soundRate
			for harmonic := 1.; harmonic < 20; harmonic++ {
				samples[j] += int16(1500 / harmonic * math.Sin(2*math.Pi*140*harmonic*at) * (1 + math.Sin(20*at)))
			}
		}
		packet, err := e.encode(samples)
		if err != nil {
			t.Fatal(err)
		}
		if packet[0]>>3 < 16 {
			speech++
			carrying += int(packet[1] >> 6 & 1)
		}
	}
	t.Logf("%d of 100 packets are for speech, %d carry the one before", speech, carrying)
	if carrying < 10 {
		t.Errorf("%d of 100 packets are for speech, %d carry the one before", speech, carrying)
	}
}
