#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

enum {
	max_side = 8192,
	max_rows = 2 * DCTSIZE, // that are decoded at once
};

// decoder decodes one picture: decoder_header, decoder_planes, decoder_free.
// It is all zero at first.
typedef struct {
	struct jpeg_decompress_struct jpeg;
	struct jpeg_error_mgr errors;
	jmp_buf escape;
	char message[JMSG_LENGTH_MAX];
	unsigned char chroma[2][max_rows][max_side];
} decoder;

// decoder_header reads what comes before the pixels. data must stay where it
// is until decoder_free. It returns 0, or 1 with a message.
int decoder_header(decoder *d, const unsigned char *data, unsigned long size);

// decoder_planes writes the picture as 4:2:0 of video range. The first
// component has the largest sampling factors, at most 4 across and 2 down; the
// others are alike and divide it. y has room for whole blocks: ystride and the
// height are multiples of 8 times the factors.
int decoder_planes(decoder *d, unsigned char *y, unsigned char *u, unsigned char *v, int ystride, int cstride);

void decoder_free(decoder *d);
