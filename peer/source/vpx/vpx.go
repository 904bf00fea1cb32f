//go:build cgo && full

package vpx

/*
#cgo linux LDFLAGS: -l:libvpx.a -lm -lpthread
#cgo !linux LDFLAGS: -lvpx
#include <stdlib.h>
#include <vpx/vp8cx.h>
#include <vpx/vpx_encoder.h>

typedef struct {
	vpx_codec_ctx_t codec;
	vpx_codec_enc_cfg_t config;
} encoder;

enum { timebase = 90000 };

static int encoder_open(encoder *e, int width, int height, int kbits, int threads) {
	vpx_codec_enc_cfg_t *c = &e->config;
	int err = vpx_codec_enc_config_default(vpx_codec_vp8_cx(), c, 0);
	if (err) return err;
	c->g_w = width;
	c->g_h = height;
	c->g_timebase.num = 1;
	c->g_timebase.den = timebase;
	c->g_threads = threads;
	c->g_lag_in_frames = 0;
	c->g_error_resilient = 0;
	c->kf_mode = VPX_KF_AUTO;
	c->kf_min_dist = 0;
	c->kf_max_dist = 3000; // they are made on demand
	c->rc_end_usage = VPX_CBR;
	c->rc_target_bitrate = kbits;
	c->rc_resize_allowed = 0;
	c->rc_dropframe_thresh = 30;
	c->rc_min_quantizer = 2;
	c->rc_max_quantizer = 56;
	c->rc_undershoot_pct = 100;
	c->rc_overshoot_pct = 15;
	c->rc_buf_sz = 1000; // milliseconds
	c->rc_buf_initial_sz = 500;
	c->rc_buf_optimal_sz = 600;
	err = vpx_codec_enc_init(&e->codec, vpx_codec_vp8_cx(), c, 0);
	if (err) return err;
	vpx_codec_control(&e->codec, VP8E_SET_CPUUSED, -12);
	vpx_codec_control(&e->codec, VP8E_SET_STATIC_THRESHOLD, 1);
	vpx_codec_control(&e->codec, VP8E_SET_NOISE_SENSITIVITY, 0);
	vpx_codec_control(&e->codec, VP8E_SET_TOKEN_PARTITIONS, VP8_ONE_TOKENPARTITION);
	vpx_codec_control(&e->codec, VP8E_SET_MAX_INTRA_BITRATE_PCT, 900);
	return 0;
}

// encoder_encode leaves *size 0 where the picture was left out.
static int encoder_encode(encoder *e, unsigned char *y, unsigned char *u, unsigned char *v, int ystride, int cstride,
	vpx_codec_pts_t pts, unsigned long duration, int force, void **data, size_t *size, int *key) {
	vpx_image_t image;
	const vpx_codec_cx_pkt_t *packet;
	vpx_codec_iter_t iter = NULL;
	int err;
	vpx_img_wrap(&image, VPX_IMG_FMT_I420, e->config.g_w, e->config.g_h, 1, y);
	image.planes[VPX_PLANE_Y] = y;
	image.planes[VPX_PLANE_U] = u;
	image.planes[VPX_PLANE_V] = v;
	image.stride[VPX_PLANE_Y] = ystride;
	image.stride[VPX_PLANE_U] = image.stride[VPX_PLANE_V] = cstride;
	*size = 0;
	err = vpx_codec_encode(&e->codec, &image, pts, duration, force ? VPX_EFLAG_FORCE_KF : 0, VPX_DL_REALTIME);
	if (err) return err;
	while ((packet = vpx_codec_get_cx_data(&e->codec, &iter))) {
		if (packet->kind != VPX_CODEC_CX_FRAME_PKT) continue;
		*data = packet->data.frame.buf;
		*size = packet->data.frame.sz;
		*key = (packet->data.frame.flags & VPX_FRAME_IS_KEY) != 0;
		return 0; // there is one packet a picture
	}
	return 0;
}

static int encoder_bitrate(encoder *e, int kbits) {
	e->config.rc_target_bitrate = kbits;
	return vpx_codec_enc_config_set(&e->codec, &e->config);
}
*/
import "C"

import (
	"errors"
	"fmt"
	"image"
	"runtime"
	"time"
	"unsafe"
)

// Options of an Encoder. All are required.
type Options struct {
	Width, Height int // pixels, even, at most 16383
	FPS           float64
	Bitrate       int // bits a second
}

// Encoder encodes pictures of one size to VP8. One goroutine uses it, and has
// to close it.
type Encoder struct {
	engine   *C.encoder // nil: closed
	size     image.Point
	duration C.ulong // of a picture
	last     C.vpx_codec_pts_t
}

const maxSide = 1<<14 - 1 // what the header of a frame has room for: RFC 6386, section 9.1

var errClosed = errors.New("the VP8 encoder is closed")

// New returns an encoder for real time: no delay, a constant bitrate, key
// frames on demand.
func New(o Options) (*Encoder, error) {
	if o.Width < 2 || o.Height < 2 || o.Width > maxSide || o.Height > maxSide || o.Width%2+o.Height%2 > 0 || o.Bitrate <= 0 || !(o.FPS >= 0.01 && o.FPS <= 1000) {
		return nil, fmt.Errorf("VP8 cannot be encoded with %+v", o)
	}
	e := &Encoder{
		engine:   (*C.encoder)(C.calloc(1, C.sizeof_encoder)),
		size:     image.Pt(o.Width, o.Height),
		duration: C.ulong(C.timebase / o.FPS),
		last:     -1,
	}
	if err := C.encoder_open(e.engine, C.int(o.Width), C.int(o.Height), kbits(o.Bitrate), threads(e.size)); err != 0 {
		C.free(unsafe.Pointer(e.engine))
		return nil, vpxError("open the encoder", err)
	}
	return e, nil
}

func kbits(bits int) C.int { return C.int(max(1, min(bits/1000, 1<<20))) }

// threads is as many as have enough to do.
func threads(size image.Point) C.int {
	n := 1
	switch pixels := size.X * size.Y; {
	case pixels >= 1920*1080:
		n = 4
	case pixels >= 1280*720:
		n = 2
	}
	return C.int(min(n, runtime.NumCPU()))
}

// Encode encodes one picture of the encoder's size and 4:2:0, taken at t,
// later than the ones before. The frame is the caller's; it is empty if the
// picture was left out to keep to the bitrate. isKey says that it is a key
// frame, which it is if key asks for it.
func (e *Encoder) Encode(img *image.YCbCr, t time.Duration, key bool) (frame []byte, isKey bool, err error) {
	if e.engine == nil {
		return nil, false, errClosed
	}
	if err := e.check(img); err != nil {
		return nil, false, err
	}
	at := C.vpx_codec_pts_t(t.Seconds() * C.timebase)
	e.last = max(at, e.last+1)
	var (
		data  unsafe.Pointer
		size  C.size_t
		force C.int
		got   C.int
	)
	if key {
		force = 1
	}
	y, c := img.YOffset(img.Rect.Min.X, img.Rect.Min.Y), img.COffset(img.Rect.Min.X, img.Rect.Min.Y)
	code := C.encoder_encode(e.engine,
		(*C.uchar)(&img.Y[y]), (*C.uchar)(&img.Cb[c]), (*C.uchar)(&img.Cr[c]), C.int(img.YStride), C.int(img.CStride),
		e.last, e.duration, force, &data, &size, &got)
	if code != 0 {
		return nil, false, vpxError("encode a picture", code)
	}
	if size == 0 {
		return nil, false, nil
	}
	return C.GoBytes(data, C.int(size)), got != 0, nil
}

// check keeps libvpx within the memory of img.
func (e *Encoder) check(img *image.YCbCr) error {
	if img.SubsampleRatio != image.YCbCrSubsampleRatio420 || img.Rect.Size() != e.size || img.Rect.Min.X%2+img.Rect.Min.Y%2 != 0 {
		return fmt.Errorf("a picture of %v, %v is not one of %v, 4:2:0", img.Rect, img.SubsampleRatio, e.size)
	}
	last := img.Rect.Max.Sub(image.Pt(1, 1))
	y, c := img.YOffset(last.X, last.Y), img.COffset(last.X, last.Y)
	if img.YOffset(img.Rect.Min.X, img.Rect.Min.Y) < 0 || img.YStride < e.size.X || img.CStride < e.size.X/2 ||
		y >= len(img.Y) || c >= len(img.Cb) || c >= len(img.Cr) {
		return fmt.Errorf("a picture of %v has too few pixels", img.Rect)
	}
	return nil
}

// SetBitrate changes the bits a second from the next picture on.
func (e *Encoder) SetBitrate(bitsPerSecond int) error {
	if e.engine == nil {
		return errClosed
	}
	if code := C.encoder_bitrate(e.engine, kbits(bitsPerSecond)); code != 0 {
		return vpxError("set the bitrate", code)
	}
	return nil
}

// Close frees the encoder. It may be called twice.
func (e *Encoder) Close() error {
	if e.engine == nil {
		return nil
	}
	code := C.vpx_codec_destroy(&e.engine.codec)
	C.free(unsafe.Pointer(e.engine))
	e.engine = nil
	if code != 0 {
		return vpxError("close the encoder", C.int(code))
	}
	return nil
}

func vpxError(what string, code C.int) error {
	return fmt.Errorf("libvpx did not %s: %s", what, C.GoString(C.vpx_codec_err_to_string(C.vpx_codec_err_t(code))))
}
