package peer

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtp"
)

func packetAt(sequence uint16, at time.Time) arrived {
	return arrived{&rtp.Packet{Header: rtp.Header{SequenceNumber: sequence}, Payload: []byte{1}}, at}
}

func TestReorder(t *testing.T) {
	const wait = 200 * time.Millisecond
	type step struct {
		after    time.Duration // since the step before
		sequence int           // what comes; -1: nothing
		want     []int         // what comes out; a negative number -n is n behind a gap
	}
	ms := time.Millisecond
	tests := []struct {
		name  string
		steps []step
		lost  int64
	}{
		{"in order", []step{{0, 1, []int{1}}, {ms, 2, []int{2}}}, 0},
		{"turning over", []step{{0, 65535, []int{65535}}, {ms, 1, nil}, {ms, 0, []int{0, 1}}}, 0},
		{"out of order", []step{{0, 1, []int{1}}, {ms, 3, nil}, {ms, 4, nil}, {ms, 2, []int{2, 3, 4}}}, 0},
		{"twice", []step{{0, 1, []int{1}}, {ms, 1, nil}, {ms, 3, nil}, {ms, 3, nil}, {ms, 2, []int{2, 3}}}, 0},
		{"repeated in time", []step{{0, 1, []int{1}}, {ms, 3, nil}, {wait - 1, 2, []int{2, 3}}}, 0},
		{"repeated too late", []step{{0, 1, []int{1}}, {ms, 3, nil}, {wait, -1, []int{-3}}, {ms, 2, nil}, {ms, 4, []int{4}}}, 1},
		{"two gaps", []step{{0, 1, []int{1}}, {ms, 3, nil}, {ms, 6, nil}, {wait - ms, -1, []int{-3}}, {ms, -1, []int{-6}}}, 3},
		{"two gaps, the second seen first", []step{{0, 1, []int{1}}, {ms, 6, nil}, {ms, 3, nil}, {wait - ms, -1, []int{-3, -6}}}, 3},
		{"far ahead", []step{{0, 1, []int{1}}, {ms, 30_000, nil}, {wait, -1, []int{-30_000}}, {ms, 30_001, []int{30_001}}}, 2},
		{"far behind", []step{{0, 30_000, []int{30_000}}, {ms, 1, nil}, {wait, -1, []int{-1}}}, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newReorder(wait)
			now := time.Unix(0, 0)
			for i, s := range tt.steps {
				now = now.Add(s.after)
				if s.sequence >= 0 {
					r.push(packetAt(uint16(s.sequence), now))
				}
				var got []int
				for {
					p, gap, ok := r.pop(now)
					if !ok {
						break
					}
					n := int(p.SequenceNumber)
					if gap {
						n = -n
					}
					got = append(got, n)
				}
				if !slices.Equal(got, s.want) {
					t.Errorf("step %d: %v comes out, want %v", i, got, s.want)
				}
			}
			if r.lost != tt.lost {
				t.Errorf("%d lost, want %d", r.lost, tt.lost)
			}
		})
	}
}

// FuzzReorder holds that packets come out in their order, that only what is
// marked is missing, and that nothing is kept for longer than the wait.
func FuzzReorder(f *testing.F) {
	f.Add(uint64(1), uint64(2), uint16(3))
	f.Fuzz(func(t *testing.T, a, b uint64, spread uint16) {
		const wait = 100 * time.Millisecond
		random := rand.New(rand.NewPCG(a, b))
		r := newReorder(wait)
		now := time.Unix(0, 0)
		var last uint16
		began := false
		for i := range 3000 {
			now = now.Add(time.Duration(random.IntN(int(5 * time.Millisecond))))
			if random.IntN(5) > 0 {
				r.push(packetAt(uint16(i-random.IntN(int(spread)+1)), now))
			}
			for {
				p, gap, ok := r.pop(now)
				if !ok {
					break
				}
				if began && !gap && p.SequenceNumber != last+1 {
					t.Fatalf("%d comes behind %d, without a gap", p.SequenceNumber, last)
				}
				began, last = true, p.SequenceNumber
			}
			if len(r.held) > maxAhead {
				t.Fatalf("%d packets are held", len(r.held))
			}
			if at, waiting := r.deadline(); waiting && at.Before(now) {
				t.Fatalf("what is missing was to be given up %v ago", now.Sub(at))
			}
		}
	})
}
