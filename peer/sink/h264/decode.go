//go:build cgo

package h264

/*
#include <stdlib.h>
#include <string.h>
#include "openh264.h"

enum { first_failure = -1, interface_version = 2, format_i420 = 23 };

static int decoder_open(decoder **d) {
	codec_version v;
	decoding_param p;
	WelsGetCodecVersionEx(&v);
	if (v.major != interface_version) return first_failure;
	if (WelsCreateDecoder(d) != 0) return first_failure;
	memset(&p, 0, sizeof p);
	p.video.size = sizeof p.video;
	if ((**d)->initialize(*d, &p) == 0) return 0;
	WelsDestroyDecoder(*d);
	return first_failure;
}

static void decoder_close(decoder *d) {
	(*d)->uninitialize(d);
	WelsDestroyDecoder(d);
}

static int decoder_decode(decoder *d, const unsigned char *data, int size, buffer_info *info) {
	int err;
	memset(info, 0, sizeof *info);
	err = (*d)->decode_no_delay(d, data, size, info->planes, info);
	if (err == 0 && !info->ready) err = (*d)->flush(d, info->planes, info);
	if (err == 0 && info->ready && info->picture.format != format_i420) err = first_failure;
	return err;
}
*/
import "C"

import (
	"errors"
	"fmt"
	"image"
	"unsafe"

	_ "github.com/pion/mediadevices/pkg/codec/openh264" // links the archive
)

// ErrDamaged says that the data is no key frame, or not a whole one.
var ErrDamaged = errors.New("the key frame of H.264 cannot be decoded")

const (
	maxSide = 1 << 13  // pixels
	maxData = 64 << 20 // bytes
)

// Decode decodes an access unit with start codes that begins with its parameter
// sets. The picture is 4:2:0 and the caller's; its range of colours is the
// stream's. Whoever calls it has looked at the size that the sets say. The error
// wraps ErrDamaged, or is that of openh264 which did not start.
func Decode(data []byte) (*image.YCbCr, error) {
	if len(data) == 0 || len(data) > maxData {
		return nil, ErrDamaged
	}
	var d *C.decoder
	if C.decoder_open(&d) != 0 {
		return nil, errors.New("openh264 did not start")
	}
	defer C.decoder_close(d)
	in := C.CBytes(data)
	defer C.free(in)
	info := (*C.buffer_info)(C.calloc(1, C.sizeof_buffer_info))
	defer C.free(unsafe.Pointer(info))
	if code := C.decoder_decode(d, (*C.uchar)(in), C.int(len(data)), info); code != 0 {
		return nil, fmt.Errorf("%w (openh264 says %#x)", ErrDamaged, int(code))
	}
	width, height := int(info.picture.width), int(info.picture.height)
	if info.ready == 0 || width <= 0 || height <= 0 || width > maxSide || height > maxSide {
		return nil, ErrDamaged
	}
	img := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	luma, chroma := int(info.picture.stride[0]), int(info.picture.stride[1])
	copyPlane(img.Y, img.YStride, info.planes[0], luma, width, height)
	copyPlane(img.Cb, img.CStride, info.planes[1], chroma, (width+1)/2, (height+1)/2)
	copyPlane(img.Cr, img.CStride, info.planes[2], chroma, (width+1)/2, (height+1)/2)
	return img, nil
}

// copyPlane copies what the decoder owns.
func copyPlane(to []byte, toStride int, from *C.uchar, stride, width, height int) {
	if from == nil || stride < width {
		return
	}
	rows := unsafe.Slice((*byte)(from), stride*(height-1)+width)
	for y := range height {
		copy(to[y*toStride:y*toStride+width], rows[y*stride:])
	}
}
