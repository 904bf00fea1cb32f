package sink

import (
	"errors"
	"strings"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/pion/rtp/codecs/av1/obu"
	"github.com/pion/webrtc/v4"
)

// canonical returns the MIME type as package webrtc writes it.
func canonical(mime string) string {
	for _, m := range []string{
		webrtc.MimeTypeH264, webrtc.MimeTypeH265, webrtc.MimeTypeVP8, webrtc.MimeTypeVP9, webrtc.MimeTypeAV1, webrtc.MimeTypeOpus,
	} {
		if strings.EqualFold(m, mime) {
			return m
		}
	}
	return mime
}

// packed returns a frame as MP4 and Matroska have it: the units of H.264 and
// H.265 behind their lengths instead of start codes (ISO/IEC 14496-15), those of
// AV1 without a temporal delimiter. Parameter sets stay where they are, so that
// another size of the picture needs no other file.
func packed(mime string, data []byte) ([]byte, error) {
	switch canonical(mime) {
	case webrtc.MimeTypeH264, webrtc.MimeTypeH265:
		var units h264.AnnexB
		if err := units.Unmarshal(data); err != nil {
			return nil, err
		}
		return h264.AVCC(units).Marshal()
	case webrtc.MimeTypeAV1:
		units, err := av1Units(data)
		return marshalUnits(units), err
	}
	return data, nil
}

// asItCame returns a frame unchanged.
func asItCame(_ string, data []byte) ([]byte, error) { return data, nil }

// delimited returns a frame as IVF has it: a temporal unit of AV1 begins with its delimiter.
func delimited(mime string, data []byte) ([]byte, error) {
	if canonical(mime) != webrtc.MimeTypeAV1 {
		return data, nil
	}
	units, err := av1Units(data)
	if err != nil {
		return nil, err
	}
	delimiter := obu.OBU{Header: obu.Header{Type: obu.OBUTemporalDelimiter}}
	return marshalUnits(append([]obu.OBU{delimiter}, units...)), nil
}

var errNoUnits = errors.New("no temporal unit of AV1")

// av1Units cuts a temporal unit into its OBUs and leaves out the delimiter. The
// length may be missing in the last (AV1 specification, 5.3.1).
func av1Units(data []byte) ([]obu.OBU, error) {
	var units []obu.OBU
	for len(data) > 0 {
		h, err := obu.ParseOBUHeader(data)
		if err != nil {
			return nil, err
		}
		data = data[min(h.Size(), len(data)):]
		size := uint(len(data))
		if h.HasSizeField {
			var n uint
			if size, n, err = obu.ReadLeb128(data); err != nil {
				return nil, err
			}
			if data = data[n:]; size > uint(len(data)) {
				return nil, errNoUnits
			}
		}
		if h.Type != obu.OBUTemporalDelimiter {
			units = append(units, obu.OBU{Header: *h, Payload: data[:size]})
		}
		data = data[size:]
	}
	if len(units) == 0 {
		return nil, errNoUnits
	}
	return units, nil
}

// marshalUnits writes OBUs with their lengths.
func marshalUnits(units []obu.OBU) []byte {
	var b []byte
	for _, u := range units {
		u.Header.HasSizeField = true
		b = append(b, u.Marshal()...)
	}
	return b
}
