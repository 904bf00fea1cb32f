package source

import (
	"cmp"
	"image"
	"slices"
)

// sizeRange is what a camera says of its sizes: a single one, where least and
// most are equal, or all from least to most by steps. All zero, it said nothing.
type sizeRange struct{ least, most, step image.Point }

// usualSizes are those that people ask for.
func usualSizes() []image.Point {
	return []image.Point{{1920, 1080}, {1280, 720}, {1024, 576}, {800, 600}, {640, 480}, {640, 360}, {320, 240}}
}

// sizes returns the usual sizes that are in the range, and also if that is; the
// largest of all where none is.
func (r sizeRange) sizes(also image.Point) []image.Point {
	if r.least == r.most && r.most != (image.Point{}) {
		return []image.Point{r.most}
	}
	var sizes []image.Point
	for _, s := range append(usualSizes(), also) {
		if r.has(s) && !slices.Contains(sizes, s) {
			sizes = append(sizes, s)
		}
	}
	if len(sizes) == 0 {
		sizes = append(sizes, r.most)
	}
	return sizes
}

func (r sizeRange) has(s image.Point) bool {
	if s.X <= 0 || s.Y <= 0 {
		return false
	}
	if r == (sizeRange{}) {
		return true
	}
	in := func(n, least, most, step int) bool { return n >= least && n <= most && (n-least)%max(step, 1) == 0 }
	return in(s.X, r.least.X, r.most.X, r.step.X) && in(s.Y, r.least.Y, r.most.Y, r.step.Y)
}

// sortModes puts modes in the order in which they are listed: the formats that
// can be used first, and of each the largest picture first.
func sortModes(modes []Mode) {
	rank := func(m Mode) int {
		if i := slices.Index(usableFormats(), m.Format); i >= 0 {
			return i
		}
		return len(usableFormats())
	}
	slices.SortFunc(modes, func(a, b Mode) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Format, b.Format),
			cmp.Compare(b.Width*b.Height, a.Width*a.Height), cmp.Compare(b.Width, a.Width))
	})
}
