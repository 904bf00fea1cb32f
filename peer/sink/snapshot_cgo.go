//go:build cgo

package sink

import (
	"image"
	"slices"

	mch264 "github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"

	"inbox/peer/sink/h264"
)

const hasH264 = true

// decodeH264 shows the decoder, which is C and reads what a stranger sent, no
// more than it needs: the parameter sets and the slices of one IDR picture.
func decodeH264(data []byte) (*image.YCbCr, error) {
	var units mch264.AnnexB
	if err := units.Unmarshal(data); err != nil {
		return nil, err
	}
	needed := slices.DeleteFunc(units, func(u []byte) bool {
		kind := mch264.NALUType(u[0] & 0x1f)
		return kind != mch264.NALUTypeSPS && kind != mch264.NALUTypePPS && kind != mch264.NALUTypeIDR
	})
	plain, err := needed.Marshal()
	if err != nil {
		return nil, err
	}
	return h264.Decode(plain)
}
