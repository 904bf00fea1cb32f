package source

import (
	"fmt"

	"github.com/bluenviron/mediacommon/v2/pkg/bits"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
)

// The profiles that browsers decode (ITU-T H.264, annex A).
const (
	profileBaseline = 66
	profileMain     = 77
	profileHigh     = 100
)

var errBSlices = fmt.Errorf("%w: encode without (ffmpeg and x264: -bf 0, or -tune zerolatency; GStreamer's x264enc: bframes=0)", ErrBFrames)

// parseSPS returns false for what cannot be a sequence parameter set.
func parseSPS(nal []byte) (*h264.SPS, bool) {
	if len(nal) > maxSet {
		return nil, false
	}
	var sps h264.SPS
	if sps.Unmarshal(nal) != nil || sps.ID > maxSPSID {
		return nil, false
	}
	s := shapeOf(&sps)
	return &sps, s.width > 0 && s.height > 0
}

// checkSPS returns an error for a stream that browsers do not show.
func checkSPS(sps *h264.SPS) error {
	switch sps.ProfileIdc {
	case profileBaseline, profileMain, profileHigh:
	default:
		return fmt.Errorf("%w, %s: encode as baseline, main or high (ffmpeg: -profile:v baseline -pix_fmt yuv420p; rpicam-vid: --profile baseline)",
			ErrProfile, profileName(sps.ProfileIdc))
	}
	if sps.ChromaFormatIdc != 1 || sps.BitDepthLumaMinus8 != 0 || sps.BitDepthChromaMinus8 != 0 {
		return fmt.Errorf("%w: encode pictures of 8 bits in 4:2:0 (ffmpeg: -pix_fmt yuv420p)", ErrProfile)
	}
	if sps.VUI != nil && sps.VUI.BitstreamRestriction != nil && sps.VUI.BitstreamRestriction.MaxNumReorderFrames > 0 &&
		sps.ProfileIdc != profileBaseline {
		return errBSlices
	}
	return nil
}

func profileName(idc uint8) string {
	switch idc {
	case 44:
		return "CAVLC 4:4:4 Intra"
	case 83, 86:
		return "Scalable"
	case 88:
		return "Extended"
	case 110:
		return "High 10"
	case 118, 128:
		return "Multiview or Stereo High"
	case 122:
		return "High 4:2:2"
	case 244:
		return "High 4:4:4 Predictive"
	}
	return fmt.Sprintf("number %d", idc)
}

// shapeOf returns what an SPS tells of size and frame rate, where that makes sense.
func shapeOf(sps *h264.SPS) shape {
	var s shape
	const limit = 16 << 10
	if sps.PicWidthInMbsMinus1 < limit/16 && sps.PicHeightInMapUnitsMinus1 < limit/16 {
		if w, h := sps.Width(), sps.Height(); w > 0 && h > 0 && w <= limit && h <= 2*limit {
			s.width, s.height = w, h
		}
	}
	s.fps = plausible(sps.FPS())
	return s
}

// plausible returns a frame rate, or 0 if it is none. Encoders of cameras write
// all sorts of things there. It is false for NaN, which 0/0 gives.
func plausible(fps float64) float64 {
	if fps >= 1 && fps <= 240 {
		return fps
	}
	return 0
}

// isBSlice reports whether a slice is of type B, and false if it has no type
// (ITU-T H.264, 7.3.3 and table 7-6).
func isBSlice(nal []byte) (bidirectional, ok bool) {
	header := h264.EmulationPreventionRemove(nal[1:min(len(nal), 16)])
	position := 0
	if _, err := bits.ReadGolombUnsigned(header, &position); err != nil { // first_mb_in_slice
		return false, false
	}
	typ, err := bits.ReadGolombUnsigned(header, &position)
	return typ%5 == 1, err == nil && typ < 10
}
