//go:build cgo

package h264

import (
	"bytes"
	"errors"
	"testing"
)

// That whole key frames are decoded is tested where they come from, in package sink.
func TestDamaged(t *testing.T) {
	tests := map[string][]byte{
		"nothing":           nil,
		"no start code":     []byte("JFIF"),
		"a start code":      {0, 0, 0, 1},
		"half of a set":     {0, 0, 0, 1, 0x67, 0x42},
		"a slice, no sets":  {0, 0, 0, 1, 0x65, 0x88, 0x84, 0, 1},
		"ones":              bytes.Repeat([]byte{0xff}, 1000),
		"many start codes":  bytes.Repeat([]byte{0, 0, 1}, 1000),
		"many empty slices": bytes.Repeat([]byte{0, 0, 1, 0x65}, 1000),
	}
	for name, data := range tests {
		if img, err := Decode(data); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v, %v", name, img, err)
		}
	}
}
