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
	FPS           float64 // pictures a second; default: up to 30
	Format        string  // "mjpeg", "yuyv" or "h264"
	PassThrough   bool    // H.264 of the camera's own is taken, and not encoded here
}

// String writes a mode for people: "mjpeg 1280x720 30, 15 fps".
func (m Mode) String() string {
	var rates []string
	for _, r := range m.FPS {
		rates = append(rates, fmt.Sprintf("%.4g", r))
	}
	return fmt.Sprintf("%-6s %4dx%-4d %s fps", m.Format, m.Width, m.Height, strings.Join(rates, ", "))
}
