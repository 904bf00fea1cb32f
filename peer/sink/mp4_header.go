package sink

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/Eyevinn/mp4ff/av1"
	"github.com/Eyevinn/mp4ff/avc"
	"github.com/Eyevinn/mp4ff/hevc"
	"github.com/Eyevinn/mp4ff/mp4"
	"github.com/pion/webrtc/v4"
)

// mp4MovieRate is the unit of the whole file's duration: ticks a second.
const mp4MovieRate = 90_000

var errNoEntry = errors.New("MP4 has no place for")

// mp4Header returns what comes before the first fragment, and where in it the
// duration stands (8 bytes of mehd).
func mp4Header(tracks []track) (head []byte, length int64, err error) {
	init := mp4.NewMP4Init()
	init.AddChild(mp4.NewFtyp("iso6", 0, []string{"iso6", "mp41"}))
	moov := mp4.NewMoovBox()
	init.AddChild(moov)
	mvhd := mp4.CreateMvhd()
	mvhd.Timescale = mp4MovieRate
	moov.AddChild(mvhd)
	mvex := mp4.NewMvexBox()
	mvex.AddChild(&mp4.MehdBox{Version: 1})
	moov.AddChild(mvex)
	for _, t := range tracks {
		kind := "audio"
		if t.video {
			kind = "video"
		}
		entry, err := mp4Entry(t)
		if err != nil {
			return nil, 0, err
		}
		trak := init.AddEmptyTrack(t.ClockRate, kind, "und")
		trak.Mdia.Minf.Stbl.Stsd.AddChild(entry)
		trak.Tkhd.Width = mp4.Fixed32(t.setup.width << 16)
		trak.Tkhd.Height = mp4.Fixed32(t.setup.height << 16)
	}
	// Players that read no further than the header want the tracks before mvex.
	slices.SortStableFunc(moov.Children, func(a, b mp4.Box) int { return moovOrder(a) - moovOrder(b) })
	var b bytes.Buffer
	if err := init.Encode(&b); err != nil {
		return nil, 0, err
	}
	const toDuration = 8 // bytes from the name: version and flags are between
	return b.Bytes(), int64(bytes.Index(b.Bytes(), []byte("mehd")) + toDuration), nil
}

func moovOrder(b mp4.Box) int { return slices.Index([]string{"mvhd", "trak", "mvex"}, b.Type()) }

// mp4Entry describes the samples of a track. The names avc3 and hev1 say that
// parameter sets stand among the samples too: a camera that is turned, or whose
// network narrows, sends another size.
func mp4Entry(t track) (mp4.Box, error) {
	var (
		name   string
		config mp4.Box
	)
	switch canonical(t.MIME) {
	case webrtc.MimeTypeOpus:
		channels := max(1, t.Channels)
		dops := &mp4.DopsBox{OutputChannelCount: byte(channels), InputSampleRate: t.ClockRate}
		return mp4.CreateAudioSampleEntryBox("Opus", uint16(channels), 16, uint16(t.ClockRate), dops), nil
	case webrtc.MimeTypeH264:
		record, err := avc.DecodeAVCDecConfRec(t.setup.config)
		if err != nil {
			return nil, err
		}
		name, config = "avc3", &mp4.AvcCBox{DecConfRec: record}
	case webrtc.MimeTypeH265:
		record, err := hevc.DecodeHEVCDecConfRec(t.setup.config)
		if err != nil {
			return nil, err
		}
		name, config = "hev1", &mp4.HvcCBox{DecConfRec: record}
	case webrtc.MimeTypeAV1:
		record, err := av1.DecodeAV1CodecConfRec(t.setup.config)
		if err != nil {
			return nil, err
		}
		name, config = "av01", &mp4.Av1CBox{CodecConfRec: record}
	case webrtc.MimeTypeVP9:
		name, config = "vp09", vp9Box(t)
	default:
		return nil, fmt.Errorf("%w %s", errNoEntry, t.MIME)
	}
	return mp4.CreateVisualSampleEntryBox(name, uint16(t.setup.width), uint16(t.setup.height), config), nil
}

func vp9Box(t track) *mp4.VppCBox {
	const (
		level       = 51 // 5.1, the highest that a camera needs; the stream does not say
		unspecified = 2
	)
	h := t.setup.vp9
	return &mp4.VppCBox{
		Version: 1, Profile: h.Profile, Level: level,
		BitDepth: h.ColorConfig.BitDepth, ChromaSubsampling: h.ChromaSubsampling(), VideoFullRangeFlag: bit(h.ColorConfig.ColorRange),
		ColourPrimaries: unspecified, TransferCharacteristics: unspecified, MatrixCoefficients: unspecified,
	}
}
