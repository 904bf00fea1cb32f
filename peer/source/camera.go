package source

import (
	"fmt"
	"strings"
)

// CameraOptions say which camera a [Camera] is, and what is wanted of it. The
// zero value of every field leaves it open.
type CameraOptions struct {
	Device        string  // path, or a part of the name; default: the first camera
	Width, Height int     // pixels; default: the best up to 1280x720
	FPS           float64 // pictures a second, more are left out; default: up to 30
	Format        string  // as in [Mode], "h264" only with PassThrough
	PassThrough   bool    // H.264 of the camera's own is taken, and not encoded here
}

// String writes a mode for people: "mjpeg  1280x720  30, 15 fps".
func (m Mode) String() string {
	rates := m.rates()
	if rates != "" {
		rates += " fps"
	}
	return strings.TrimRight(fmt.Sprintf("%-6s %4dx%-4d %s", m.Format, m.Width, m.Height, rates), " ")
}

// rates writes the rates of a mode: "30, 15".
func (m Mode) rates() string {
	var rates []string
	for _, r := range m.FPS {
		rates = append(rates, fmt.Sprintf("%.4g", r))
	}
	return strings.Join(rates, ", ")
}
