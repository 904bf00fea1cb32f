//go:build cgo && full

package source

import (
	"image"

	"inbox/peer/source/turbo"
)

// fastJPEG says whether decodeJPEG is fast enough for large pictures.
const fastJPEG = true

// decodeJPEG decodes a camera's picture to 4:2:0 of video range (luma 16 to 235).
func decodeJPEG(b []byte) (*image.YCbCr, error) { return turbo.Decode(b) }

func jpegDecoders() []string { return []string{"MJPEG (libjpeg-turbo)"} }
