package source

import (
	"image"
	"slices"
	"time"
)

const (
	black, white, grey = 16, 235, 60 // luma
	noColour           = 128         // chroma
)

// The test pattern from above to below, in eighteenths of its height.
const (
	barsEnd   = 9
	stripEnd  = 11
	clockEnd  = 16 // the time code follows
	flashTime = 100 * time.Millisecond
)

// bars are the colours of the test pattern: Y, Cb, Cr of the 75% bars of ITU-R BT.601.
func bars() [8][3]byte {
	return [8][3]byte{
		{180, 128, 128}, {162, 44, 142}, {131, 156, 44}, {112, 72, 58},
		{84, 184, 198}, {65, 100, 212}, {35, 212, 114}, {16, 128, 128},
	}
}

// drawBackground draws what does not change.
func drawBackground(width, height int) *image.YCbCr {
	img := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = noColour, noColour
	}
	fillLuma(img, img.Rect, black)
	colours := bars()
	for i, c := range colours {
		bar := image.Rect(i*width/len(colours), 0, (i+1)*width/len(colours), barsEnd*height/codeParts)
		fillLuma(img, bar, c[0])
		for y := 0; y < bar.Max.Y/2; y++ {
			for x := bar.Min.X / 2; x < bar.Max.X/2; x++ {
				img.Cb[y*img.CStride+x], img.Cr[y*img.CStride+x] = c[1], c[2]
			}
		}
	}
	fillLuma(img, image.Rect(0, barsEnd*height/codeParts, width, stripEnd*height/codeParts), grey)
	return img
}

// draw returns the picture of a time. The colours are shared with the
// background: what moves is white or black.
func (p *pattern) draw(t time.Time) *image.YCbCr {
	img := *p.background
	img.Y = slices.Clone(img.Y)
	size := img.Rect.Size()
	intoSecond := time.Duration(t.Nanosecond())

	// The block crosses the picture in two seconds.
	strip := image.Rect(0, barsEnd*size.Y/codeParts, size.X, stripEnd*size.Y/codeParts)
	at := (int(t.Unix()%2)*1000 + int(intoSecond.Milliseconds())) * size.X / 2000
	fillLuma(&img, image.Rect(at, strip.Min.Y, at+strip.Dy(), strip.Max.Y).Intersect(strip), white)

	clock := image.Rect(0, stripEnd*size.Y/codeParts, size.X*6/7, clockEnd*size.Y/codeParts)
	drawText(&img, clock, t.Format("15:04:05.000"))
	if intoSecond < flashTime {
		flash := image.Rect(clock.Max.X, clock.Min.Y, size.X, clock.Max.Y)
		fillLuma(&img, flash.Inset(flash.Dx()/8), white)
	}
	drawTimecode(&img, t)
	return &img
}

func fillLuma(img *image.YCbCr, r image.Rectangle, luma byte) {
	r = r.Intersect(img.Rect)
	if r.Empty() {
		return
	}
	first := img.Y[img.YOffset(r.Min.X, r.Min.Y):][:r.Dx()]
	for i := range first {
		first[i] = luma
	}
	for y := r.Min.Y + 1; y < r.Max.Y; y++ {
		copy(img.Y[img.YOffset(r.Min.X, y):], first)
	}
}

const glyphWidth, glyphHeight = 5, 7

// glyph returns the rows of a character of the clock, five bits each.
func glyph(c rune) [glyphHeight]byte {
	switch c {
	case '0':
		return [glyphHeight]byte{0x0e, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0e}
	case '1':
		return [glyphHeight]byte{0x04, 0x0c, 0x04, 0x04, 0x04, 0x04, 0x0e}
	case '2':
		return [glyphHeight]byte{0x0e, 0x11, 0x01, 0x06, 0x08, 0x10, 0x1f}
	case '3':
		return [glyphHeight]byte{0x1f, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0e}
	case '4':
		return [glyphHeight]byte{0x02, 0x06, 0x0a, 0x12, 0x1f, 0x02, 0x02}
	case '5':
		return [glyphHeight]byte{0x1f, 0x10, 0x1e, 0x01, 0x01, 0x11, 0x0e}
	case '6':
		return [glyphHeight]byte{0x06, 0x08, 0x10, 0x1e, 0x11, 0x11, 0x0e}
	case '7':
		return [glyphHeight]byte{0x1f, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08}
	case '8':
		return [glyphHeight]byte{0x0e, 0x11, 0x11, 0x0e, 0x11, 0x11, 0x0e}
	case '9':
		return [glyphHeight]byte{0x0e, 0x11, 0x11, 0x0f, 0x01, 0x02, 0x0c}
	case ':':
		return [glyphHeight]byte{0x00, 0x04, 0x04, 0x00, 0x04, 0x04, 0x00}
	case '.':
		return [glyphHeight]byte{0x00, 0x00, 0x00, 0x00, 0x00, 0x0c, 0x0c}
	}
	return [glyphHeight]byte{}
}

// drawText draws white text as large as it fits in the middle of r.
func drawText(img *image.YCbCr, r image.Rectangle, text string) {
	columns := len(text) * (glyphWidth + 1)
	dot := max(1, min(r.Dx()/(columns+2), r.Dy()/(glyphHeight+2)))
	left := r.Min.X + (r.Dx()-columns*dot)/2
	top := r.Min.Y + (r.Dy()-glyphHeight*dot)/2
	for i, c := range text {
		for y, row := range glyph(c) {
			for x := range glyphWidth {
				if row>>(glyphWidth-1-x)&1 == 1 {
					at := image.Pt(left+(i*(glyphWidth+1)+x)*dot, top+y*dot)
					fillLuma(img, image.Rectangle{at, at.Add(image.Pt(dot, dot))}, white)
				}
			}
		}
	}
}
