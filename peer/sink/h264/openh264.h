// What is needed of openh264's C interface, as of version 2 (codec_api.h): the
// archive comes without headers that another module could include.
#include <stdbool.h>

typedef struct {
	char *file;
	unsigned int cpu_load;
	unsigned char layer;
	int concealment; // 0: what is damaged is an error
	bool parse_only;
	struct {
		unsigned int size;
		int type;
	} video;
} decoding_param;

typedef struct {
	int ready;
	unsigned long long in_time, out_time;
	struct {
		int width, height, format, stride[2];
	} picture;
	unsigned char *planes[3];
} buffer_info;

typedef struct decoder_vtbl decoder_vtbl;
typedef const decoder_vtbl *decoder;
struct decoder_vtbl {
	long (*initialize)(decoder *, const decoding_param *);
	long (*uninitialize)(decoder *);
	void *decode_frame;
	int (*decode_no_delay)(decoder *, const unsigned char *, int, unsigned char **, buffer_info *);
	void *decode_2;
	int (*flush)(decoder *, unsigned char **, buffer_info *);
};

typedef struct {
	unsigned int major, minor, revision, reserved;
} codec_version;

long WelsCreateDecoder(decoder **);
void WelsDestroyDecoder(decoder *);
void WelsGetCodecVersionEx(codec_version *);
