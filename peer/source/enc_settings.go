//go:build cgo && linux

package source

/*
#cgo LDFLAGS: -Wl,-wrap=WelsCreateSVCEncoder -Wl,-wrap=opus_encoder_create

// What mediadevices does not set. The linker puts these functions in the place
// of those by which it makes encoders. The declarations are those of openh264's
// codec_api.h and of opus.h, which are stable. The functions that are called
// are weak because they are not there when this file alone is linked.

// openh264 writes warnings to standard error: one for each encoder, and many
// when bits are scarce.

typedef const struct h264_functions {
	void *initialize, *initialize_ext, *default_params, *uninitialize, *encode, *encode_parameter_sets, *force_intra;
	int (*set_option)(const struct h264_functions **, int option, void *value);
} *h264_encoder;

enum { h264_trace_level = 25, h264_quiet = 0 };

int __attribute__((weak)) __real_WelsCreateSVCEncoder(h264_encoder **e);

int __wrap_WelsCreateSVCEncoder(h264_encoder **e) {
	int level = h264_quiet;
	int err = __real_WelsCreateSVCEncoder(e);
	if (err == 0) (**e)->set_option(*e, h264_trace_level, &level);
	return err;
}

// Opus can carry each packet once more, smaller, in the next one, for receivers
// to conceal a loss. It does if it is told that packets are lost.

typedef struct opus_encoder opus_encoder;

enum { opus_set_inband_fec = 4012, opus_set_packet_loss_percent = 4014, usual_loss = 5 };

opus_encoder *__attribute__((weak)) __real_opus_encoder_create(int rate, int channels, int application, int *err);
int __attribute__((weak)) opus_encoder_ctl(opus_encoder *e, int request, ...);

opus_encoder *__wrap_opus_encoder_create(int rate, int channels, int application, int *err) {
	opus_encoder *e = __real_opus_encoder_create(rate, channels, application, err);
	if (e) {
		opus_encoder_ctl(e, opus_set_inband_fec, 1);
		opus_encoder_ctl(e, opus_set_packet_loss_percent, usual_loss);
	}
	return e;
}
*/
import "C"
