//go:build cgo

package sink

import (
	"image"

	"inbox/peer/sink/h264"
)

const hasH264 = true

func decodeH264(data []byte) (*image.YCbCr, error) { return h264.Decode(data) }
