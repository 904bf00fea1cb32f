package peer

import (
	"slices"
	"time"
)

// The rules by which bitrates follow what the viewers' ways carry.
const (
	rateTick   = 200 * time.Millisecond
	headroom   = 0.9  // of what the weakest way carries; the rest is for repeats and sound
	maxRise    = 1.08 // a tick: an estimate grows on its own while little is sent
	farBelow   = 0.5  // of the median: who has less gets the smaller encoding
	backAgain  = 0.8  // of the main bitrate: who has that for a while comes back
	lowShare   = 0.25 // of the main bitrate limit, at most, for the smaller encoding
	backAfter  = 10 * time.Second
	lowDivisor = 2 // of width and height
)

// demand is one viewer as the rates see it.
type demand struct {
	estimate int // bits a second that its way carries
	low      bool
	since    time.Time // when low last changed
	trips    int       // how often it was moved down: each time it stays longer
}

// limits are those of -min-bitrate and -bitrate, in bits a second.
type limits struct{ min, max int }

// rates are the bitrates of the two encodings of one format.
type rates struct{ main, low int }

// next returns the bitrates of the next tick, and moves viewers between the
// two encodings. A single viewer is never moved: everything is for it.
func (r rates) next(viewers []*demand, l limits, now time.Time) rates {
	split(viewers, r, now)
	main, low := l.max, int(float64(l.max)*lowShare)
	for _, v := range viewers {
		carries := int(float64(v.estimate) * headroom)
		if v.low {
			low = min(low, carries)
		} else {
			main = min(main, carries)
		}
	}
	return rates{main: approach(r.main, main, l.min), low: approach(r.low, low, min(l.min, low))}
}

// approach falls at once and rises slowly.
func approach(from, to, least int) int {
	if from > 0 && to > from {
		to = min(to, int(float64(from)*maxRise))
	}
	return max(to, least)
}

// split decides who gets the smaller encoding.
func split(viewers []*demand, r rates, now time.Time) {
	if len(viewers) < 2 {
		for _, v := range viewers {
			v.low = false
		}
		return
	}
	estimates := make([]int, 0, len(viewers))
	for _, v := range viewers {
		estimates = append(estimates, v.estimate)
	}
	slices.Sort(estimates)
	// With two viewers, the stronger one is the measure.
	median := estimates[len(estimates)/2]
	for _, v := range viewers {
		switch {
		case !v.low && float64(v.estimate) < farBelow*float64(min(median, max(r.main, 1)*2)):
			v.low, v.since = true, now
			v.trips++
		case v.low && float64(v.estimate) > backAgain*float64(r.main) && now.Sub(v.since) > backAfter*time.Duration(v.trips):
			v.low, v.since = false, now
		}
	}
}

// step is how much smaller a picture is than the camera gives it.
type step struct {
	divide int     // of width and height
	fps    float64 // at most, as a share of the camera's
}

// steps go down while the bitrate is too low for the picture: first size, where
// the eye forgives more, then pictures a second.
var steps = [...]step{{1, 1}, {2, 1}, {2, 0.5}, {4, 0.5}}

// enough is how many bits a pixel needs; below it a smaller picture is a better one.
const enough = 0.025

// stepFor returns the index of the step for a bitrate, and keeps the present
// one while the bitrate is near its bounds.
func stepFor(width, height int, fps float64, bitrate, present int) int {
	pixels := float64(width*height) * fps
	if pixels == 0 {
		return 0
	}
	for i, s := range steps {
		need := pixels / float64(s.divide*s.divide) * s.fps * enough
		if i < present {
			need *= 1.5 // going up again wants more than staying
		}
		if float64(bitrate) >= need {
			return i
		}
	}
	return len(steps) - 1
}

// rungAt is the picture of a step. Sizes are even, as 4:2:0 wants them.
func rungAt(width, height int, fps float64, i int) Rung {
	s := steps[i]
	return Rung{Width: width / s.divide &^ 1, Height: height / s.divide &^ 1, FPS: fps * s.fps}
}
