package peer

import (
	"testing"
	"time"
)

func TestRates(t *testing.T) {
	l := limits{min: 150_000, max: 2_000_000}
	tests := []struct {
		name      string
		now       rates
		estimates []int
		main      int
		low       []bool
	}{
		{"a single wide way", rates{main: 1_900_000}, []int{9_000_000}, 2_000_000, []bool{false}},
		{"rises slowly", rates{main: 1_000_000}, []int{9_000_000}, 1_080_000, []bool{false}},
		{"falls at once", rates{main: 2_000_000}, []int{600_000}, 540_000, []bool{false}},
		{"never below the least", rates{main: 200_000}, []int{10_000}, 150_000, []bool{false}},
		{"the weakest of equals", rates{main: 2_000_000}, []int{2_000_000, 1_500_000, 1_800_000}, 1_350_000, []bool{false, false, false}},
		{"one far below the others", rates{main: 2_000_000}, []int{4_000_000, 300_000, 5_000_000}, 2_000_000, []bool{false, true, false}},
		{"two, one far below", rates{main: 2_000_000}, []int{4_000_000, 300_000}, 2_000_000, []bool{false, true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var viewers []*demand
			for _, e := range tt.estimates {
				viewers = append(viewers, &demand{estimate: e})
			}
			got := tt.now.next(viewers, l, time.Time{})
			if got.main != tt.main {
				t.Errorf("main bitrate %d, want %d", got.main, tt.main)
			}
			for i, v := range viewers {
				if v.low != tt.low[i] {
					t.Errorf("viewer %d in the smaller encoding: %v, want %v", i, v.low, tt.low[i])
				}
			}
		})
	}
}

func TestRatesComeBack(t *testing.T) {
	l := limits{min: 150_000, max: 2_000_000}
	now := time.Unix(0, 0)
	viewers := []*demand{{estimate: 4_000_000}, {estimate: 300_000}}
	r := rates{main: 2_000_000}.next(viewers, l, now)
	viewers[1].estimate = 4_000_000
	if r = r.next(viewers, l, now.Add(backAfter)); !viewers[1].low {
		t.Error("came back at once")
	}
	if r.next(viewers, l, now.Add(backAfter+time.Second)); viewers[1].low {
		t.Error("did not come back")
	}
	viewers[1].low = true
	if r.next(viewers[1:], l, now.Add(backAfter)); viewers[1].low {
		t.Error("alone in the smaller encoding")
	}
}

func TestStepFor(t *testing.T) {
	for _, tt := range []struct{ bitrate, present, want int }{
		{2_000_000, 0, 0}, {700_000, 0, 0}, {500_000, 0, 1}, {175_000, 1, 1}, {120_000, 1, 2}, {20_000, 2, 3}, {1, 0, 3},
		{700_000, 1, 1}, {1_100_000, 1, 0}, // up only with room to spare
	} {
		if got := stepFor(1280, 720, 30, tt.bitrate, tt.present); got != tt.want {
			t.Errorf("at %d bit/s, from step %d: step %d, want %d", tt.bitrate, tt.present, got, tt.want)
		}
	}
	if r := rungAt(1279, 719, 30, 1); r.Width != 638 || r.Height != 358 || r.FPS != 30 {
		t.Errorf("half of 1279x719 is %+v", r)
	}
}
