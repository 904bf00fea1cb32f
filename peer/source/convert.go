package source

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image"
)

// errLength says that a raw picture has more or fewer bytes than it should: it
// was cut off, or the camera took another size than it said it would.
var errLength = errors.New("a picture of the wrong length")

// decodeRaw makes a picture of what a camera gives in one of the raw formats.
// It keeps none of b. The error wraps errLength.
func decodeRaw(format string, width, height int, b []byte) (*image.YCbCr, error) {
	if want := rawLength(format, width, height); len(b) != want {
		return nil, fmt.Errorf("%w: %d bytes, %d make a picture of %dx%d in %s", errLength, len(b), want, width, height, format)
	}
	img := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	switch format {
	case formatYUYV:
		unpack(img, b, 0)
	case formatUYVY:
		unpack(img, b, 8)
	case formatGrey:
		videoLuma(img.Y, b)
		fill(img.Cb, 128)
		fill(img.Cr, 128)
	case formatYU12:
		n := copy(img.Y, b)
		n += copy(img.Cb, b[n:])
		copy(img.Cr, b[n:])
	case formatNV12:
		n := copy(img.Y, b)
		for i := range img.Cb {
			pair := b[n+2*i:][:2]
			img.Cb[i], img.Cr[i] = pair[0], pair[1]
		}
	}
	return img, nil
}

// rawLength returns the bytes of a picture, -1 for a format that is not raw or
// cannot have such a width.
func rawLength(format string, width, height int) int {
	luma, chroma := width*height, (width+1)/2*((height+1)/2)
	switch format {
	case formatYUYV, formatUYVY:
		if width%2 == 0 {
			return 2 * luma
		}
	case formatGrey:
		return luma
	case formatYU12, formatNV12:
		return luma + 2*chroma
	}
	return -1
}

// unpack makes a picture of pixels that come in pairs, two of luma with one of
// each colour. Shift is how many bits before luma in a word. The colours of two
// rows become one.
func unpack(img *image.YCbCr, b []byte, shift int) {
	width, height := img.Rect.Dx(), img.Rect.Dy()
	for y := 0; y < height; y += 2 {
		below := min(y+1, height-1)
		unpackRows(unpackedRows{
			above: b[2*width*y:][:2*width], below: b[2*width*below:][:2*width],
			lumaAbove: img.Y[img.YStride*y:][:width], lumaBelow: img.Y[img.YStride*below:][:width],
			cb: img.Cb[img.CStride*(y/2):][:width/2], cr: img.Cr[img.CStride*(y/2):][:width/2],
		}, shift)
	}
}

// unpackedRows is two rows of packed pixels and where they go.
type unpackedRows struct {
	above, below         []byte
	lumaAbove, lumaBelow []byte
	cb, cr               []byte
}

func unpackRows(r unpackedRows, shift int) {
	x := 0
	for ; x+4 <= len(r.lumaAbove); x += 4 {
		a, b := binary.LittleEndian.Uint64(r.above[2*x:]), binary.LittleEndian.Uint64(r.below[2*x:])
		binary.LittleEndian.PutUint32(r.lumaAbove[x:], pack(a>>shift&lanes))
		binary.LittleEndian.PutUint32(r.lumaBelow[x:], pack(b>>shift&lanes))
		colours := (a>>(8-shift)&lanes + b>>(8-shift)&lanes + 0x0001000100010001) >> 1 & lanes
		cb, cr := colours&0x000000ff000000ff, colours>>16&0x000000ff000000ff
		binary.LittleEndian.PutUint16(r.cb[x/2:], uint16(cb|cb>>24))
		binary.LittleEndian.PutUint16(r.cr[x/2:], uint16(cr|cr>>24))
	}
	luma, colour := shift/8, 1-shift/8
	for ; x < len(r.lumaAbove); x += 2 {
		a, b := r.above[2*x:][:4], r.below[2*x:][:4]
		r.lumaAbove[x], r.lumaAbove[x+1] = a[luma], a[luma+2]
		r.lumaBelow[x], r.lumaBelow[x+1] = b[luma], b[luma+2]
		r.cb[x/2] = byte((int(a[colour]) + int(b[colour]) + 1) / 2)
		r.cr[x/2] = byte((int(a[colour+2]) + int(b[colour+2]) + 1) / 2)
	}
}

// pack makes four bytes of four lanes.
func pack(x uint64) uint32 {
	x = (x | x>>8) & 0x0000ffff0000ffff
	return uint32(x | x>>16)
}

// videoLuma goes from the full range, in which grey pictures are, to that of
// video: 16 to 235. It fills dst.
func videoLuma(dst, src []byte) {
	src = src[:len(dst)]
	for i, y := range src {
		dst[i] = byte(16 + (int(y)*220+128)>>8)
	}
}

func fill(b []byte, v byte) {
	for i := range b {
		b[i] = v
	}
}
