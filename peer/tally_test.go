package peer

import (
	"testing"
	"time"
)

func TestTallySaysWhatHasChanged(t *testing.T) {
	var tally tally
	now := time.Unix(0, 0)
	for i, step := range []struct {
		bytes int64
		want  string // "" is not worth saying
	}{
		{0, ""},
		{0, ""}, // nothing is sent yet
		{1_250_000, "2.0 Mbit/s"},
		{2_500_000, ""},
		{4_000_000, ""},
		{4_250_000, "400 kbit/s"},
		{4_250_000, "0 bit/s"},
		{4_250_000, ""},
	} {
		got := ""
		if rate, ok := tally.next(step.bytes, now); ok {
			got = rate.String()
		}
		if got != step.want {
			t.Errorf("step %d: %q, want %q", i, got, step.want)
		}
		now = now.Add(tallyEvery)
	}
}
