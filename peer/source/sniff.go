package source

import (
	"bytes"
	"fmt"

	"github.com/pion/webrtc/v4"
)

// sniffLimit is how many bytes of a stream are looked at to find its format.
const sniffLimit = 4 << 10

type foreignFormat struct {
	at     int
	magic  string
	advice string
}

// foreign returns formats that people have and that cannot be passed through as
// they are, by how they begin.
func foreign() []foreignFormat {
	return []foreignFormat{
		{4, "ftyp", "it is MP4 or MOV: unpack it first (ffmpeg -i FILE -c:v copy -an -bsf:v h264_mp4toannexb -f h264 film.h264)"},
		{0, "\x1a\x45\xdf\xa3", "it is Matroska or WebM: unpack it first (ffmpeg -i FILE -c:v copy -an film.ivf, or film.h264 if it has H.264)"},
		{0, "FLV\x01", "it is FLV: unpack it first (ffmpeg: -c:v copy -an -f h264)"},
		{0, "RIFF", "it is AVI: unpack it first (ffmpeg: -c:v copy -an -f h264)"},
		{0, "YUV4MPEG2", "it is not encoded: pipe it through an encoder (ffmpeg: -c:v libx264 -tune zerolatency -f h264 -)"},
		{0, "\xff\xd8\xff", "it is MJPEG: encode it (ffmpeg: -c:v libx264 -tune zerolatency -pix_fmt yuv420p -f h264 -)"},
		{0, "\x12\x00\x0a", "it is AV1 without a container: put it into IVF (ffmpeg: -c:v copy -f ivf -)"},
		{0, "\x47\x40", "it is an MPEG transport stream: unpack it first (ffmpeg: -c:v copy -an -f h264 -)"},
	}
}

// sniff finds a stream's format from its first bytes. It returns "" if it takes
// more of them; at the stream's end (last) it does not ask for more.
func sniff(head []byte, last bool) (format string, err error) {
	if bytes.HasPrefix(head, []byte(ivfMagic)) && len(head) >= ivfHeader {
		return ivfFormat(head[8:12])
	}
	for _, f := range foreign() {
		if len(head) >= f.at+len(f.magic) && string(head[f.at:f.at+len(f.magic)]) == f.magic {
			return "", fmt.Errorf("%w: %s", ErrFormat, f.advice)
		}
	}
	// The end of a picture may stand before the first start code of a stream
	// that was cut out of another.
	for rest := head; ; {
		i := bytes.Index(rest, []byte(startCode))
		if i < 0 || i+5 > len(rest) {
			break
		}
		rest = rest[i+len(startCode):]
		if isHEVC(rest) {
			return "", fmt.Errorf("%w: it is H.265, which browsers seldom decode: encode as H.264 (rpicam-vid: --codec h264; ffmpeg: -c:v libx264)", ErrFormat)
		}
		if typ := rest[0] & 0x1f; rest[0]&0x80 == 0 && typ >= 1 && typ <= 12 {
			return webrtc.MimeTypeH264, nil
		}
	}
	if last || len(head) >= sniffLimit {
		return "", fmt.Errorf("%w: it is neither H.264 with start codes (Annex B) nor IVF", ErrFormat)
	}
	return "", nil
}

// isHEVC recognises the parameter sets and the delimiter of H.265 (ITU-T H.265,
// table 7-1), one of which comes first. In H.264 the same bytes would be of types
// that never do.
func isHEVC(nal []byte) bool {
	return nal[1] == 1 && (nal[0] == 32<<1 || nal[0] == 33<<1 || nal[0] == 35<<1)
}

// newParser returns the parser of a format that sniff found.
func newParser(format string, emit func(unit) error, t *tally) parser {
	if format == webrtc.MimeTypeH264 {
		return newAnnexB(emit, t)
	}
	return newIVF(format, emit, t)
}
