package sink

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	mp4av1 "github.com/Eyevinn/mp4ff/av1"
	"github.com/Eyevinn/mp4ff/avc"
	"github.com/Eyevinn/mp4ff/hevc"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/av1"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h265"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/vp9"
	"github.com/pion/rtp/codecs/av1/obu"
	"github.com/pion/webrtc/v4"
)

// setup is what a file must say of pictures before the first of them. It stands
// in each key frame.
type setup struct {
	width, height int  // pixels
	fullRange     bool // H.264: luma from 0 to 255, not from 16 to 235
	vp9           vp9.Header
	// config is the decoder's configuration as both containers have it: that of
	// avcC, hvcC and av1C. Empty for VP8 and VP9.
	config []byte
}

var (
	errNoSetup  = errors.New("the key frame does not say how to decode it")
	errTooLarge = errors.New("the picture is too large")
)

// maxSide bounds what is allocated on a stranger's word.
const maxSide = 1 << 14

// readSetup reads a key frame.
func readSetup(mime string, data []byte) (setup, error) {
	s, err := parseSetup(mime, data)
	switch {
	case err != nil:
		return setup{}, fmt.Errorf("%w: %w", errNoSetup, err)
	case s.width <= 0 || s.height <= 0:
		return setup{}, errNoSetup
	case s.width > maxSide || s.height > maxSide:
		return setup{}, fmt.Errorf("%w: %dx%d", errTooLarge, s.width, s.height)
	}
	return s, nil
}

func parseSetup(mime string, data []byte) (setup, error) {
	switch canonical(mime) {
	case webrtc.MimeTypeH264:
		return h264Setup(data)
	case webrtc.MimeTypeH265:
		return h265Setup(data)
	case webrtc.MimeTypeVP8:
		return vp8Setup(data)
	case webrtc.MimeTypeVP9:
		var s setup
		err := s.vp9.Unmarshal(data)
		s.width, s.height = s.vp9.Width(), s.vp9.Height()
		return s, err
	case webrtc.MimeTypeAV1:
		return av1Setup(data)
	}
	return setup{}, fmt.Errorf("%s is not known", mime)
}

func h264Setup(data []byte) (setup, error) {
	var units h264.AnnexB
	if err := units.Unmarshal(data); err != nil {
		return setup{}, err
	}
	var sps, pps [][]byte
	for _, u := range units {
		switch h264.NALUType(u[0] & 0x1f) {
		case h264.NALUTypeSPS:
			sps = append(sps, u)
		case h264.NALUTypePPS:
			pps = append(pps, u)
		}
	}
	if len(sps) == 0 || len(pps) == 0 {
		return setup{}, errNoSetup
	}
	var parsed h264.SPS
	if err := parsed.Unmarshal(sps[0]); err != nil {
		return setup{}, err
	}
	record, err := avc.CreateAVCDecConfRec(sps, pps, true)
	if err != nil {
		return setup{}, err
	}
	var b bytes.Buffer
	err = record.Encode(&b)
	full := parsed.VUI != nil && parsed.VUI.VideoFullRangeFlag
	return setup{width: parsed.Width(), height: parsed.Height(), fullRange: full, config: b.Bytes()}, err
}

func h265Setup(data []byte) (setup, error) {
	var units h264.AnnexB // it is the same for both
	if err := units.Unmarshal(data); err != nil {
		return setup{}, err
	}
	var vps, sps, pps [][]byte
	for _, u := range units {
		switch h265.NALUType(u[0] >> 1 & 0x3f) {
		case h265.NALUType_VPS_NUT:
			vps = append(vps, u)
		case h265.NALUType_SPS_NUT:
			sps = append(sps, u)
		case h265.NALUType_PPS_NUT:
			pps = append(pps, u)
		}
	}
	if len(vps) == 0 || len(sps) == 0 || len(pps) == 0 {
		return setup{}, errNoSetup
	}
	var parsed h265.SPS
	if err := parsed.Unmarshal(sps[0]); err != nil {
		return setup{}, err
	}
	record, err := hevc.CreateHEVCDecConfRec(vps, sps, pps, false, false, false, true)
	if err != nil {
		return setup{}, err
	}
	var b bytes.Buffer
	err = record.Encode(&b)
	return setup{width: parsed.Width(), height: parsed.Height(), config: b.Bytes()}, err
}

// vp8Setup reads the frame tag and what follows it (RFC 6386, 9.1).
func vp8Setup(b []byte) (setup, error) {
	if len(b) < 10 || b[0]&1 != 0 || !bytes.Equal(b[3:6], []byte{0x9d, 0x01, 0x2a}) {
		return setup{}, errNoSetup
	}
	const side = 1<<14 - 1 // the bits above it ask for a larger picture on the screen
	return setup{
		width:  int(binary.LittleEndian.Uint16(b[6:]) & side),
		height: int(binary.LittleEndian.Uint16(b[8:]) & side),
	}, nil
}

func av1Setup(data []byte) (setup, error) {
	units, err := av1Units(data)
	if err != nil {
		return setup{}, err
	}
	for _, u := range units {
		if u.Header.Type != obu.OBUSequenceHeader {
			continue
		}
		var h av1.SequenceHeader
		if err := h.Unmarshal(append([]byte{byte(obu.OBUSequenceHeader) << 3}, u.Payload...)); err != nil {
			return setup{}, err
		}
		config, err := av1Config(h, u)
		return setup{width: h.Width(), height: h.Height(), config: config}, err
	}
	return setup{}, errNoSetup
}

func av1Config(h av1.SequenceHeader, unit obu.OBU) ([]byte, error) {
	if len(h.SeqLevelIdx) == 0 || len(h.SeqTier) == 0 {
		return nil, errNoSetup
	}
	record := mp4av1.CodecConfRec{
		Version:              1,
		SeqProfile:           h.SeqProfile,
		SeqLevelIdx0:         h.SeqLevelIdx[0],
		SeqTier0:             bit(h.SeqTier[0]),
		HighBitdepth:         bit(h.ColorConfig.HighBitDepth),
		TwelveBit:            bit(h.ColorConfig.TwelveBit),
		MonoChrome:           bit(h.ColorConfig.MonoChrome),
		ChromaSubsamplingX:   bit(h.ColorConfig.SubsamplingX),
		ChromaSubsamplingY:   bit(h.ColorConfig.SubsamplingY),
		ChromaSamplePosition: byte(h.ColorConfig.ChromaSamplePosition),
		ConfigOBUs:           marshalUnits([]obu.OBU{unit}),
	}
	var b bytes.Buffer
	err := record.Encode(&b)
	return b.Bytes(), err
}

func bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}
