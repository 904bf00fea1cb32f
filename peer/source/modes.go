package source

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrMode says that a camera does not give what is wanted of it. The error's
// text says what it gives.
var ErrMode = errors.New("the camera does not give that")

// unusable says why a device gives no pictures that this program could use.
type unusable string

// errUnusable is what every unusable is, by errors.Is.
const errUnusable = unusable("")

func (u unusable) Error() string { return string(u) }

func (u unusable) Is(target error) bool { return target == u || target == errUnusable }

// The formats of cameras, by the names that people use.
const (
	formatH264  = "h264"
	formatMJPEG = "mjpeg"
	formatYUYV  = "yuyv"
	formatUYVY  = "uyvy"
	formatNV12  = "nv12"
	formatYU12  = "yu12"
	formatGrey  = "grey"
)

// usableFormats returns the formats that can be used, the preferred one first:
// of two modes that show the same, what needs less work wins, and colour.
func usableFormats() []string {
	return []string{formatH264, formatYU12, formatNV12, formatYUYV, formatUYVY, formatMJPEG, formatGrey}
}

// formatName returns the name of a format of V4L2, which is four characters in
// the bytes of a number. What cannot be used keeps its own name.
func formatName(fourCC uint32) string {
	b := []byte{byte(fourCC), byte(fourCC >> 8), byte(fourCC >> 16), byte(fourCC>>24) &^ 0x80}
	name := strings.TrimRight(string(b), " \x00")
	switch name {
	case "MJPG", "JPEG":
		return formatMJPEG
	}
	if lower := strings.ToLower(name); name != lower && slices.Contains(usableFormats(), lower) {
		return lower
	}
	return name
}

// wish is what is wanted of a camera, and what this build can do with its
// pictures. Of what is zero, the best is taken.
type wish struct {
	width, height int
	fps           float64
	format        string
	passThrough   bool // H.264 of the camera's own can be taken
	encode        bool // so can pictures
	fastJPEG      bool
}

// choice is a mode with one size and one rate.
type choice struct {
	format        string
	width, height int
	fps           float64
}

const (
	// What is taken of a camera that could do more.
	usualWidth, usualHeight = 1280, 720
	// The same where Go alone decodes MJPEG, which takes eight times as long.
	slowWidth, slowHeight = 640, 480
	// smoothFPS is the rate below which a smaller picture that moves better is preferred.
	smoothFPS = 20
)

// choose returns the mode of a camera that comes nearest to what is wanted. A
// size, rate and format that are wanted must be there, or the error wraps
// ErrMode. Other errors: errNoEncoder, or one that is errUnusable.
func choose(modes []Mode, w wish) (choice, error) {
	var fit []choice
	for _, m := range modes {
		if c := (choice{m.Format, m.Width, m.Height, w.rate(m)}); w.canUse(c) && w.wants(c) {
			fit = append(fit, c)
		}
	}
	if len(fit) == 0 {
		return choice{}, w.refuse(modes)
	}
	return slices.MinFunc(fit, w.compare), nil
}

// wantedFPS is the rate above which pictures are left out.
func (w wish) wantedFPS() float64 { return cmp.Or(w.fps, usualFPS) }

// rate returns the slowest rate of a mode that is fast enough, or else its
// fastest. What does not tell its rates is believed to have the one wanted.
func (w wish) rate(m Mode) float64 {
	best := 0.
	for _, r := range m.FPS {
		enough, already := r > .99*w.wantedFPS(), best > .99*w.wantedFPS()
		if best == 0 || enough && (!already || r < best) || !enough && !already && r > best {
			best = r
		}
	}
	return cmp.Or(best, w.wantedFPS())
}

// canUse reports whether this build can do anything with such pictures.
func (w wish) canUse(c choice) bool {
	if c.width < minSide || c.height < minSide {
		return false
	}
	switch c.format {
	case formatH264:
		return w.passThrough
	case formatYUYV, formatUYVY:
		return w.encode && c.width%2 == 0
	}
	return w.encode && slices.Contains(usableFormats(), c.format)
}

// wants reports whether the choice is what was asked for.
func (w wish) wants(c choice) bool {
	return (w.width == 0 || w.width == c.width) && (w.height == 0 || w.height == c.height) &&
		(w.format == "" || w.format == c.format) && c.fps > .9*w.fps
}

// compare is negative if a is better than b.
func (w wish) compare(a, b choice) int {
	ja, jb := w.judge(a), w.judge(b)
	return cmp.Or(
		compareBool(ja.smooth, jb.smooth),
		compareBool(ja.within, jb.within),
		cmp.Compare(jb.area, ja.area),
		cmp.Compare(min(b.fps, w.wantedFPS()), min(a.fps, w.wantedFPS())),
		slices.Index(usableFormats(), a.format)-slices.Index(usableFormats(), b.format),
		cmp.Compare(a.fps, b.fps),
	)
}

// judgement is what is good about a choice.
type judgement struct {
	smooth bool
	within bool // it is no larger than is usual
	area   int  // more is better
}

func (w wish) judge(c choice) judgement {
	width, height := usualWidth, usualHeight
	if c.format == formatMJPEG && !w.fastJPEG {
		width, height = slowWidth, slowHeight
	}
	j := judgement{
		smooth: c.fps >= min(smoothFPS, .9*w.wantedFPS()),
		within: max(c.width, c.height) <= width && min(c.width, c.height) <= height,
		area:   c.width * c.height,
	}
	if !j.within {
		j.area = -j.area
	}
	return j
}

// compareBool is negative if a alone is true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// refuse says why no mode was chosen.
func (w wish) refuse(modes []Mode) error {
	if len(modes) == 0 {
		return unusable("it lists no pictures that it gives")
	}
	all := w
	all.encode, all.passThrough = true, true
	now := wish{passThrough: w.passThrough, encode: w.encode}
	var could bool
	var can []Mode
	for _, m := range modes {
		c := choice{m.Format, m.Width, m.Height, 0}
		could = could || all.canUse(c)
		if now.canUse(c) {
			can = append(can, m)
		}
	}
	switch {
	case len(can) > 0:
		return fmt.Errorf("%w: %s; it has %s", ErrMode, w, describe(can))
	case !could:
		return unusable("it gives its pictures in formats that are not known here (" + describe(modes) + "); if it is a Raspberry Pi's, use rpicam-vid -t 0 --codec h264 --inline -o - | inbox send -source -")
	case !w.encode:
		return errNoEncoder
	}
	return unusable("it gives H.264 alone, which is not encoded anew; take -codec h264")
}

// String writes what is asked for, for an error.
func (w wish) String() string {
	var words []string
	if w.format != "" {
		words = append(words, w.format)
	}
	if w.width > 0 || w.height > 0 {
		words = append(words, fmt.Sprintf("%dx%d", w.width, w.height))
	}
	if w.fps > 0 {
		words = append(words, fmt.Sprintf("%.4g pictures a second", w.fps))
	}
	return strings.Join(words, ", ")
}

// describe writes what a camera gives in one line: "mjpeg 1280x720 (30, 15),
// 640x480 (30); yuyv 640x480 (30)".
func describe(modes []Mode) string {
	var b strings.Builder
	last := ""
	for _, m := range modes {
		switch {
		case last == "":
			b.WriteString(m.Format)
		case last != m.Format:
			b.WriteString("; " + m.Format)
		default:
			b.WriteString(",")
		}
		last = m.Format
		fmt.Fprintf(&b, " %dx%d", m.Width, m.Height)
		if rates := m.rates(); rates != "" {
			fmt.Fprintf(&b, " (%s)", rates)
		}
	}
	return b.String()
}
