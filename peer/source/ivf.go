package source

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/pion/webrtc/v4"
)

const (
	ivfMagic       = "DKIF"
	ivfHeader      = 32 // bytes of the file's header
	ivfFrameHeader = 12 // bytes of a frame's
)

// ivf cuts an IVF stream into frames: a header with codec, size and time base,
// then each frame with its length and time stamp, all little-endian.
// (pion's ivfreader allocates whatever length a frame claims to have.)
//
// A header may come again in place of a frame: the output of several encoders,
// one after the other.
type ivf struct {
	format string
	emit   func(unit) error
	tally  *tally

	buf   []byte
	came  time.Duration // when the first byte of buf came
	tick  float64       // seconds; 0 before the header
	shape shape
}

func newIVF(format string, emit func(unit) error, t *tally) *ivf {
	return &ivf{format: format, emit: emit, tally: t}
}

// write implements parser.
func (v *ivf) write(b []byte, now time.Duration) error {
	if len(v.buf) == 0 {
		v.came = now
	}
	v.buf = append(v.buf, b...)
	done := 0
	for {
		n, err := v.next(v.buf[done:])
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		done += n
		v.came = now
	}
	if done > 0 {
		v.buf = append(v.buf[:0], v.buf[done:]...)
	}
	return nil
}

// next takes the header or the frame at the front of b and returns its length,
// 0 if it is not whole.
func (v *ivf) next(b []byte) (int, error) {
	if len(b) < len(ivfMagic) {
		return 0, nil
	}
	if string(b[:len(ivfMagic)]) == ivfMagic {
		return v.header(b)
	}
	if v.tick == 0 {
		return 0, fmt.Errorf("%w: it is no IVF, which begins with %s", ErrFormat, ivfMagic)
	}
	size := binary.LittleEndian.Uint32(b)
	if size > maxUnit {
		return 0, fmt.Errorf("the IVF stream is damaged: a frame of %d bytes", size)
	}
	whole := ivfFrameHeader + int(size)
	if len(b) < whole {
		return 0, nil
	}
	return whole, v.frame(b[ivfFrameHeader:whole], binary.LittleEndian.Uint64(b[4:]))
}

func (v *ivf) header(b []byte) (int, error) {
	if len(b) < ivfHeader {
		return 0, nil
	}
	size := int(binary.LittleEndian.Uint16(b[6:]))
	if size < ivfHeader || size > 1024 {
		return 0, fmt.Errorf("%w: its IVF header claims to have %d bytes", ErrFormat, size)
	}
	if len(b) < size {
		return 0, nil
	}
	format, err := ivfFormat(b[8:12])
	if err != nil {
		return 0, err
	}
	if format != v.format {
		return 0, fmt.Errorf("%w: it is %s and should be %s", ErrFormat, format, v.format)
	}
	rate, scale := binary.LittleEndian.Uint32(b[16:]), binary.LittleEndian.Uint32(b[20:])
	if rate == 0 || scale == 0 {
		return 0, fmt.Errorf("%w: its IVF header has no time base", ErrFormat)
	}
	v.tick = float64(scale) / float64(rate)
	v.shape = ivfShape(b)
	return size, nil
}

// ivfShape returns what a header says about the pictures; none of it where b is
// no whole header.
func ivfShape(b []byte) shape {
	if len(b) < ivfHeader || string(b[:len(ivfMagic)]) != ivfMagic {
		return shape{}
	}
	s := shape{width: int(binary.LittleEndian.Uint16(b[12:])), height: int(binary.LittleEndian.Uint16(b[14:]))}
	rate, scale := binary.LittleEndian.Uint32(b[16:]), binary.LittleEndian.Uint32(b[20:])
	if rate > 0 && scale > 0 {
		s.fps = plausible(float64(rate) / float64(scale)) // unless it counts finer than frames
	}
	return s
}

func (v *ivf) frame(data []byte, pts uint64) error {
	if len(data) == 0 { // left out by the encoder
		return nil
	}
	key, err := isKeyFrame(v.format, data)
	if err != nil {
		return err
	}
	v.tally.add(StreamStats{Frames: 1})
	return v.emit(unit{data: bytes.Clone(data), key: key, came: v.came, pts: v.time(pts), shape: v.shape})
}

// time returns a time stamp as a duration; one that cannot be is negative.
func (v *ivf) time(pts uint64) time.Duration {
	const century = 100 * 365 * 24 * 60 * 60
	seconds := float64(pts) * v.tick
	if seconds > century {
		return -1
	}
	return time.Duration(seconds * float64(time.Second))
}

// quiet implements parser. A frame's header says when it is whole.
func (v *ivf) quiet() error { return nil }

// end implements parser.
func (v *ivf) end() error {
	if len(v.buf) > 0 {
		v.tally.add(StreamStats{Damaged: 1})
		v.buf = nil
	}
	return nil
}

// ivfFormat returns the MIME type of a FourCC.
func ivfFormat(fourCC []byte) (string, error) {
	switch string(fourCC) {
	case "VP80":
		return webrtc.MimeTypeVP8, nil
	case "VP90":
		return webrtc.MimeTypeVP9, nil
	case "AV01":
		return webrtc.MimeTypeAV1, nil
	}
	return "", fmt.Errorf("%w: IVF with %q; VP8, VP9 and AV1 can be passed through", ErrFormat, fourCC)
}
