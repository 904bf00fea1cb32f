//go:build !cgo

package sink

import "image"

const hasH264 = false

func decodeH264([]byte) (*image.YCbCr, error) { return nil, ErrPicture }
