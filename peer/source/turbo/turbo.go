//go:build cgo && full

package turbo

/*
#cgo CFLAGS: -O3
#cgo linux LDFLAGS: -l:libjpeg.a
#cgo !linux LDFLAGS: -ljpeg
#include <stdlib.h>
#include "turbo.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"image"
	"runtime"
	"unsafe"
)

// ErrFormat says that a picture is not one that a camera gives: too large, not
// of the colours Y, Cb and Cr, or progressive.
var ErrFormat = errors.New("not a JPEG picture of a camera")

const maxPixels = 8192 * 4320

// Decode decodes a picture to 4:2:0 of video range (luma 16 to 235), as
// encoders expect it. A picture that was cut off or damaged is an error. The
// Huffman tables may be missing, as those of many cameras are.
func Decode(b []byte) (*image.YCbCr, error) {
	if len(b) == 0 {
		return nil, fmt.Errorf("an empty picture is %w", ErrFormat)
	}
	var pins runtime.Pinner
	defer pins.Unpin()
	pins.Pin(&b[0]) // the decoder keeps it between the calls

	d := (*C.decoder)(C.calloc(1, C.sizeof_decoder))
	defer C.free(unsafe.Pointer(d))
	defer C.decoder_free(d)
	if C.decoder_header(d, (*C.uchar)(&b[0]), C.ulong(len(b))) != 0 {
		return nil, decodeError(d)
	}
	img, err := room(&d.jpeg)
	if err != nil {
		return nil, err
	}
	if C.decoder_planes(d, (*C.uchar)(&img.Y[0]), (*C.uchar)(&img.Cb[0]), (*C.uchar)(&img.Cr[0]), C.int(img.YStride), C.int(img.CStride)) != 0 {
		return nil, decodeError(d)
	}
	return img, nil
}

func decodeError(d *C.decoder) error {
	return fmt.Errorf("libjpeg did not decode a picture: %s", C.GoString(&d.message[0]))
}

// room checks what the header says before anything is allocated by it, and
// returns a grey picture with room for whole blocks.
func room(j *C.struct_jpeg_decompress_struct) (*image.YCbCr, error) {
	width, height := int(j.image_width), int(j.image_height)
	if width > C.max_side || height > C.max_side || width*height > maxPixels {
		return nil, fmt.Errorf("a picture of %dx%d is too large: %w", width, height, ErrFormat)
	}
	if j.progressive_mode != 0 || j.arith_code != 0 || C.jpeg_has_multiple_scans(j) != 0 {
		return nil, fmt.Errorf("a picture in several scans or with arithmetic coding: %w", ErrFormat)
	}
	across, down, err := sampling(j)
	if err != nil {
		return nil, err
	}
	whole := image.Rect(0, 0, roundUp(width, 8*across), roundUp(height, 8*down))
	img := image.NewYCbCr(whole, image.YCbCrSubsampleRatio420)
	img.Rect = image.Rect(0, 0, width, height)
	if j.num_components == 1 {
		for i := range img.Cb {
			img.Cb[i], img.Cr[i] = 128, 128
		}
	}
	return img, nil
}

// sampling returns the sampling factors of luma.
func sampling(j *C.struct_jpeg_decompress_struct) (across, down int, err error) {
	components := unsafe.Slice(j.comp_info, int(j.num_components))
	across, down = int(components[0].h_samp_factor), int(components[0].v_samp_factor)
	switch {
	case j.num_components == 1 && j.jpeg_color_space == C.JCS_GRAYSCALE && across == 1 && down == 1:
		return across, down, nil
	case j.num_components != 3 || j.jpeg_color_space != C.JCS_YCbCr:
		return 0, 0, fmt.Errorf("a picture whose colours are not Y, Cb and Cr: %w", ErrFormat)
	}
	cb, cr := components[1], components[2]
	fewer := across / int(cb.h_samp_factor) // samples of chroma than of luma
	if cb.h_samp_factor != cr.h_samp_factor || cb.v_samp_factor != cr.v_samp_factor ||
		across%int(cb.h_samp_factor) != 0 || down%int(cb.v_samp_factor) != 0 || down > 2 || fewer != 1 && fewer != 2 && fewer != 4 {
		return 0, 0, fmt.Errorf("a picture with sampling factors %dx%d, %dx%d, %dx%d: %w", across, down,
			cb.h_samp_factor, cb.v_samp_factor, cr.h_samp_factor, cr.v_samp_factor, ErrFormat)
	}
	return across, down, nil
}

func roundUp(n, multiple int) int { return (n + multiple - 1) / multiple * multiple }
