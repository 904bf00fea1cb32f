//go:build !(cgo && full)

package source

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"io"
)

// fastJPEG says whether decodeJPEG is fast enough for large pictures.
const fastJPEG = false

const maxJPEG = 8192 * 4320 // pixels

// decodeJPEG decodes a camera's picture to 4:2:0 of video range (luma 16 to
// 235). A picture that was cut off or damaged is an error. The Huffman tables
// may be missing, as those of many cameras are, and so may the end marker.
func decodeJPEG(b []byte) (*image.YCbCr, error) {
	header, missing, err := jpegHeader(b)
	if err != nil {
		return nil, err
	}
	parts := []io.Reader{bytes.NewReader(header), bytes.NewReader(b[len(header):]), bytes.NewReader([]byte{0xff, jpegEnd})}
	if missing {
		tables, err := huffmanTables()
		if err != nil {
			return nil, err
		}
		parts[0] = bytes.NewReader(append(header[:len(header):len(header)], tables...))
	}
	img, err := jpeg.Decode(io.MultiReader(parts...))
	if err != nil {
		return nil, fmt.Errorf("decode a picture of the camera: %w", err)
	}
	switch img := img.(type) {
	case *image.YCbCr:
		return videoPicture(img), nil
	case *image.Gray:
		return greyPicture(img), nil
	}
	return nil, fmt.Errorf("%w: a JPEG picture whose colours are not Y, Cb and Cr", ErrFormat)
}

// The markers of JPEG that matter here (ITU-T T.81, B.1.1.3).
const (
	jpegBaseline, jpegExtended = 0xc0, 0xc1
	jpegTables                 = 0xc4
	jpegStart, jpegEnd         = 0xd8, 0xd9
	jpegScan                   = 0xda
)

// jpegHeader returns what comes before the scan, and whether it has no Huffman
// tables. It checks what the header says before anything is allocated by it.
func jpegHeader(b []byte) (header []byte, missing bool, err error) {
	if !bytes.HasPrefix(b, []byte{0xff, jpegStart}) {
		return nil, false, fmt.Errorf("%w: no JPEG picture", ErrFormat)
	}
	missing = true
	framed := false
	for at := len("\xff\xd8"); ; {
		marker, segment := jpegSegment(b[at:])
		switch {
		case segment == nil:
			return nil, false, fmt.Errorf("%w: a JPEG picture that ends in its header", ErrFormat)
		case marker == jpegScan && framed:
			return b[:at], missing, nil
		case marker == jpegTables:
			missing = false
		case marker == jpegBaseline || marker == jpegExtended:
			if framed, err = true, checkJPEG(segment); err != nil {
				return nil, false, err
			}
		case marker >= jpegBaseline && marker <= 0xcf, marker == jpegScan:
			return nil, false, fmt.Errorf("%w: a JPEG picture in several scans or with arithmetic coding", ErrFormat)
		}
		at += len(segment)
	}
}

// jpegSegment returns the segment that b begins with, its marker included, or nil.
func jpegSegment(b []byte) (marker byte, segment []byte) {
	if len(b) < 4 || b[0] != 0xff {
		return 0, nil
	}
	size := 2 + int(b[2])<<8 + int(b[3])
	if size < 4 || size > len(b) {
		return 0, nil
	}
	return b[1], b[:size]
}

// checkJPEG looks at a frame header (ITU-T T.81, B.2.2).
func checkJPEG(frame []byte) error {
	if len(frame) < 10 {
		return fmt.Errorf("%w: a JPEG picture without a size", ErrFormat)
	}
	height, width := int(frame[5])<<8|int(frame[6]), int(frame[7])<<8|int(frame[8])
	if width*height == 0 || width*height > maxJPEG {
		return fmt.Errorf("%w: a JPEG picture of %dx%d", ErrFormat, width, height)
	}
	return nil
}

// huffmanTables returns the segment of the tables that cameras leave out: those
// of ITU-T T.81, K.3, with which image/jpeg encodes.
func huffmanTables() ([]byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewYCbCr(image.Rect(0, 0, 8, 8), image.YCbCrSubsampleRatio420), nil); err != nil {
		return nil, err
	}
	for rest := b.Bytes()[2:]; ; {
		marker, segment := jpegSegment(rest)
		if marker == jpegTables || segment == nil {
			return segment, nil
		}
		rest = rest[len(segment):]
	}
}

// videoChroma goes from the full range of JPEG to that of video.
func videoChroma(c int) byte { return byte((c*225 + 128*256 - 128*225 + 128) >> 8) }

func greyPicture(img *image.Gray) *image.YCbCr {
	size := img.Rect.Size()
	out := image.NewYCbCr(image.Rectangle{Max: size}, image.YCbCrSubsampleRatio420)
	fill(out.Cb, 128)
	fill(out.Cr, 128)
	for y := range size.Y {
		videoLuma(out.Y[y*out.YStride:][:size.X], img.Pix[y*img.Stride:])
	}
	return out
}

// videoPicture changes the sampling of colours to 4:2:0, and all of it to video range.
func videoPicture(img *image.YCbCr) *image.YCbCr {
	size := img.Rect.Size()
	out := image.NewYCbCr(image.Rectangle{Max: size}, image.YCbCrSubsampleRatio420)
	for y := range size.Y {
		videoLuma(out.Y[y*out.YStride:][:size.X], img.Y[y*img.YStride:])
	}
	across, down := colourSteps(img.SubsampleRatio)
	width, height := (size.X+across-1)/across, (size.Y+down-1)/down // of the colours that are there
	for y := range (size.Y + 1) / 2 {
		above, below := min(2*y/down, height-1), min((2*y+1)/down, height-1)
		for x := range (size.X + 1) / 2 {
			left, right := min(2*x/across, width-1), min((2*x+1)/across, width-1)
			of := func(c []byte) byte {
				sum := int(c[above*img.CStride+left]) + int(c[above*img.CStride+right]) + int(c[below*img.CStride+left]) + int(c[below*img.CStride+right])
				return videoChroma((sum + 2) / 4)
			}
			at := y*out.CStride + x
			out.Cb[at], out.Cr[at] = of(img.Cb), of(img.Cr)
		}
	}
	return out
}

// colourSteps returns how many pixels share a colour, across and down.
func colourSteps(r image.YCbCrSubsampleRatio) (across, down int) {
	switch r {
	case image.YCbCrSubsampleRatio444:
		return 1, 1
	case image.YCbCrSubsampleRatio422:
		return 2, 1
	case image.YCbCrSubsampleRatio440:
		return 1, 2
	case image.YCbCrSubsampleRatio411:
		return 4, 1
	case image.YCbCrSubsampleRatio410:
		return 4, 2
	}
	return 2, 2
}
