package source

import (
	"image"
	"time"
)

// The time code of the test pattern: two rows of 32 blocks, white for 1 and
// black for 0, that fill the lowest ninth of the picture at its full width.
// Read from the upper left, they are 64 bits, the highest first: 48 of the
// milliseconds since 1970 UTC, then 16 that check them, the exclusive or of
// the three 16-bit words before and 0x5aa5. The blocks keep their place when
// the picture is scaled. On a page:
//
//	const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height)
//	let code = 0n
//	for (let i = 0; i < 64; i++) {
//	  const x = Math.floor((i % 32 + 0.5) * width / 32)
//	  const y = Math.floor((16.5 + Math.floor(i / 32)) * height / 18)
//	  code = code << 1n | BigInt(data[4 * (y * width + x) + 1] > 127)
//	}
//	const time = code >> 16n
//	const valid = ((time >> 32n ^ time >> 16n ^ time ^ code ^ 0x5aa5n) & 0xffffn) === 0n
const (
	codeColumns = 32
	codeRows    = 2
	codeParts   = 18 // of the picture's height; the rows are the last ones
	codeCheck   = 0x5aa5
)

func timecode(t time.Time) uint64 {
	ms := uint64(t.UnixMilli())
	return ms<<16 | (ms>>32^ms>>16^ms^codeCheck)&0xffff
}

// codeBlock returns the place of the ith bit in a picture of size.
func codeBlock(i int, size image.Point) image.Rectangle {
	x, y := i%codeColumns, codeParts-codeRows+i/codeColumns
	return image.Rect(x*size.X/codeColumns, y*size.Y/codeParts, (x+1)*size.X/codeColumns, (y+1)*size.Y/codeParts)
}

func drawTimecode(img *image.YCbCr, t time.Time) {
	code := timecode(t)
	for i := range codeRows * codeColumns {
		luma := byte(black)
		if code>>(63-i)&1 == 1 {
			luma = white
		}
		fillLuma(img, codeBlock(i, img.Rect.Size()), luma)
	}
}

// ReadTimecode returns the time at which the test pattern that is in img was
// drawn, to the millisecond. It is false if img has no valid time code.
func ReadTimecode(img *image.YCbCr) (time.Time, bool) {
	size := img.Rect.Size()
	if size.X < codeColumns || size.Y < codeParts {
		return time.Time{}, false
	}
	var code uint64
	for i := range codeRows * codeColumns {
		code <<= 1
		if meanLuma(img, codeBlock(i, size)) > (black+white)/2 {
			code |= 1
		}
	}
	t := time.UnixMilli(int64(code >> 16))
	return t, timecode(t) == code
}

// meanLuma averages the inner part of a block, which its neighbours do not
// bleed into.
func meanLuma(img *image.YCbCr, block image.Rectangle) int {
	block = image.Rect(
		block.Min.X+block.Dx()/4, block.Min.Y+block.Dy()/4,
		block.Max.X-block.Dx()/4, block.Max.Y-block.Dy()/4,
	).Add(img.Rect.Min)
	sum := 0
	for y := block.Min.Y; y < block.Max.Y; y++ {
		for _, luma := range img.Y[img.YOffset(block.Min.X, y):][:block.Dx()] {
			sum += int(luma)
		}
	}
	return sum / max(1, block.Dx()*block.Dy())
}
