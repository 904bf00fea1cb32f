package signaling_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"inbox/signaling"
)

// offer is about as long as a browser's offer.
var offer = make([]byte, 1500)

func BenchmarkPut(b *testing.B) {
	m := signaling.NewMemory(signaling.MemoryOptions{InboxCapacity: 1 << 40, MaxBytes: 1 << 60})
	open(b, m, "alice")
	ctx := b.Context()
	b.ReportAllocs()
	for b.Loop() {
		if err := m.Put(ctx, credentials("bob"), "alice", offer, "", nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPutTake(b *testing.B) {
	m := signaling.NewMemory(signaling.MemoryOptions{})
	alice := open(b, m, "alice")
	ctx := b.Context()
	b.ReportAllocs()
	for b.Loop() {
		if err := m.Put(ctx, credentials("bob"), "alice", offer, "", nil); err != nil {
			b.Fatal(err)
		}
		if _, err := alice.Take(ctx, 0); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMillionInboxes puts and takes beside a million idle inboxes, that
// stay and that expire meanwhile, and beside none. It reports the bytes that an
// idle inbox takes, and how long a caller waited at the most and in 1 of 100 cases.
func BenchmarkMillionInboxes(b *testing.B) {
	const million = 1_000_000
	for _, bm := range []struct {
		name    string
		inboxes int
		timeout time.Duration
	}{
		{"none", 0, time.Hour},
		{"idle", million, time.Hour},
		{"expiring", million, time.Millisecond},
	} {
		b.Run(bm.name, func(b *testing.B) {
			m := signaling.NewMemory(signaling.MemoryOptions{MaxInboxes: million + 2, InboxTimeout: bm.timeout})
			ctx, cancel := context.WithCancel(b.Context())
			defer cancel()
			before := heap()
			for i := range bm.inboxes {
				open(b, m, fmt.Sprint("inbox ", i)).Close()
			}
			taken := heap() - before
			alice := open(b, m, "alice")
			open(b, m, "bob") // stays open, so that neither expires
			go m.Run(ctx, time.Millisecond)
			var took []time.Duration
			for b.Loop() {
				start := time.Now()
				if err := m.Put(ctx, credentials("bob"), "alice", offer, "", nil); err != nil {
					b.Fatal(err)
				}
				if _, err := alice.Take(ctx, 0); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(start))
			}
			if bm.name == "idle" {
				b.ReportMetric(float64(taken)/million, "B/inbox")
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds()), "p99-ns")
			b.ReportMetric(float64(took[len(took)-1].Nanoseconds()), "max-ns")
			runtime.KeepAlive(m)
		})
	}
}

// heap is the number of bytes in use after a collection.
func heap() uint64 {
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}
