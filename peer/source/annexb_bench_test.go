package source

import (
	"slices"
	"testing"
)

// BenchmarkAnnexB cuts a second of 8 Mbit/s at 30 pictures a second, in the
// pieces that a pipe hands over.
func BenchmarkAnnexB(b *testing.B) {
	stream := nal(b, spsHigh, ppsPlain)
	stream = appendNAL(stream, slice(0x65, true, 7, 0, 150_000))
	for i := range byte(29) {
		stream = appendNAL(stream, slice(0x41, true, 0, i, 29_000))
	}
	b.SetBytes(int64(len(stream)))
	for b.Loop() {
		a := newAnnexB(func(unit) error { return nil }, &tally{})
		for piece := range slices.Chunk(stream, liveBuffer) {
			if err := a.write(piece, 0); err != nil {
				b.Fatal(err)
			}
		}
	}
}
