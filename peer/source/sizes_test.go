package source

import (
	"image"
	"slices"
	"testing"
)

func TestSizes(t *testing.T) {
	whole := image.Pt(1, 1)
	tests := []struct {
		name string
		r    sizeRange
		also image.Point
		want []image.Point
	}{
		{"one", sizeRange{image.Pt(1184, 656), image.Pt(1184, 656), image.Point{}}, image.Pt(640, 480), []image.Point{{1184, 656}}},
		{"a Pi's old driver", sizeRange{image.Pt(32, 32), image.Pt(2592, 1944), image.Pt(2, 2)}, image.Pt(1000, 700),
			append(usualSizes(), image.Pt(1000, 700))},
		{"one that is usual", sizeRange{image.Pt(32, 32), image.Pt(2592, 1944), image.Pt(2, 2)}, image.Pt(640, 480), usualSizes()},
		{"not in steps", sizeRange{image.Pt(32, 32), image.Pt(1280, 720), image.Pt(16, 16)}, image.Pt(1001, 700),
			[]image.Point{{1280, 720}, {1024, 576}, {640, 480}, {320, 240}}},
		{"none that is usual", sizeRange{image.Pt(2, 2), image.Pt(80, 60), whole}, image.Point{}, []image.Point{{80, 60}}},
		{"no steps", sizeRange{image.Pt(320, 240), image.Pt(640, 480), image.Point{}}, image.Pt(321, 241),
			[]image.Point{{640, 480}, {640, 360}, {320, 240}, {321, 241}}},
		{"nothing is said", sizeRange{}, image.Pt(99, 77), append(usualSizes(), image.Pt(99, 77))},
	}
	for _, tt := range tests {
		if got := tt.r.sizes(tt.also); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestSortModes(t *testing.T) {
	modes := modesOf(t, "RG10 640x480", "mjpeg 640x480 1280x720", "ABCD 1x1", "yuyv 320x240 640x480")
	sortModes(modes)
	if got, want := describe(modes), "yuyv 640x480, 320x240; mjpeg 1280x720, 640x480; ABCD 1x1; RG10 640x480"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
