//go:build cgo && full

#include "turbo.h"

#include <jerror.h>

static void fail(j_common_ptr common) {
	decoder *d = common->client_data;
	common->err->format_message(common, d->message);
	longjmp(d->escape, 1);
}

// warn ends the decoding of a picture that was cut off or damaged. Bytes too
// many, or too few at the very end, are what some cameras always give.
static void warn(j_common_ptr common, int level) {
	decoder *d = common->client_data;
	if (level >= 0 || common->err->msg_code == JWRN_EXTRANEOUS_DATA) return;
	if (d->jpeg.input_iMCU_row + 1 >= d->jpeg.total_iMCU_rows) return;
	fail(common);
}

static void quiet(j_common_ptr common) { (void)common; }

int decoder_header(decoder *d, const unsigned char *data, unsigned long size) {
	d->jpeg.err = jpeg_std_error(&d->errors);
	d->jpeg.client_data = d;
	d->errors.error_exit = fail;
	d->errors.emit_message = warn;
	d->errors.output_message = quiet;
	if (setjmp(d->escape)) return 1;
	jpeg_create_decompress(&d->jpeg);
	jpeg_mem_src(&d->jpeg, data, size);
	jpeg_read_header(&d->jpeg, TRUE);
	return 0;
}

// video_luma and video_chroma go from the full range of JPEG to the range that
// decoders of video expect: 16 to 235, and 16 to 240.
static unsigned char video_luma(int y) { return 16 + ((y * 220 + 128) >> 8); }

static unsigned char video_chroma(int c) { return (c * 225 + (128 * 256 - 128 * 225) + 128) >> 8; }

// chroma_row makes a row of width pixels from the rows a and b, which have
// across/2 as many.
static void chroma_row(unsigned char *restrict to, const unsigned char *restrict a, const unsigned char *restrict b, int width, int across) {
	int x;
	switch (across) {
	case 1:
		for (x = 0; x < width; x++) to[x] = video_chroma((a[x / 2] + b[x / 2] + 1) / 2);
		return;
	case 2:
		for (x = 0; x < width; x++) to[x] = video_chroma((a[x] + b[x] + 1) / 2);
		return;
	default:
		for (x = 0; x < width; x++) to[x] = video_chroma((a[2 * x] + a[2 * x + 1] + b[2 * x] + b[2 * x + 1] + 2) / 4);
	}
}

// picture_rows makes the rows of video from those that were decoded: count of
// luma, from line on.
static void picture_rows(decoder *d, unsigned char *y, unsigned char *to[2], int ystride, int cstride, int line, int count) {
	struct jpeg_decompress_struct *j = &d->jpeg;
	jpeg_component_info *c = j->comp_info;
	int width = (j->image_width + 1) / 2, height = (j->image_height + 1) / 2;
	int i, k, n;
	for (i = 0; i < count; i++) {
		unsigned char *row = y + (size_t)(line + i) * ystride;
		for (n = 0; n < ystride; n++) row[n] = video_luma(row[n]);
	}
	if (j->num_components == 1) return;
	for (k = 0; k < 2; k++)
		for (i = 0; i < count / 2 && line / 2 + i < height; i++) {
			int each = c[0].v_samp_factor == c[1].v_samp_factor; // row of luma has one of chroma
			unsigned char *a = d->chroma[k][each ? 2 * i : i], *b = d->chroma[k][each ? 2 * i + 1 : i];
			chroma_row(to[k] + (size_t)(line / 2 + i) * cstride, a, b, width, 4 * c[1].h_samp_factor / c[0].h_samp_factor);
		}
}

int decoder_planes(decoder *d, unsigned char *y, unsigned char *u, unsigned char *v, int ystride, int cstride) {
	JSAMPROW rows[3][max_rows];
	JSAMPARRAY planes[3] = {rows[0], rows[1], rows[2]};
	unsigned char *to[2] = {u, v};
	struct jpeg_decompress_struct *j = &d->jpeg;
	int i, line, count = j->comp_info[0].v_samp_factor * DCTSIZE;

	for (i = 0; i < max_rows; i++) {
		rows[1][i] = d->chroma[0][i];
		rows[2][i] = d->chroma[1][i];
	}
	if (setjmp(d->escape)) return 1;
	j->raw_data_out = TRUE;
	j->out_color_space = j->jpeg_color_space;
	jpeg_start_decompress(j);
	for (line = 0; j->output_scanline < j->output_height; line += count) {
		for (i = 0; i < count; i++) rows[0][i] = y + (size_t)(line + i) * ystride;
		jpeg_read_raw_data(j, planes, count);
		picture_rows(d, y, to, ystride, cstride, line, count);
	}
	jpeg_finish_decompress(j);
	return 0;
}

void decoder_free(decoder *d) { jpeg_destroy_decompress(&d->jpeg); }
