package source

import (
	"encoding/binary"
	"image"
)

// scaler makes pictures smaller. The picture it returns is overwritten by the
// next one. (golang.org/x/image/draw does not draw on pictures of this kind.)
type scaler struct {
	width, height int
	steps         []*image.YCbCr // what is halved on the way, and the result
	row           []byte
	columns       [2]columns // of luma and chroma
}

func newScaler(width, height int) scaler { return scaler{width: width, height: height} }

// scale returns img at the scaler's size: img itself or a part of it if that
// is its size but for an odd row or column.
func (s *scaler) scale(img *image.YCbCr) *image.YCbCr {
	in := img.Rect.Size()
	if in.X/2*2 == s.width && in.Y/2*2 == s.height {
		return img.SubImage(image.Rectangle{img.Rect.Min, img.Rect.Min.Add(image.Pt(s.width, s.height))}).(*image.YCbCr)
	}
	step := 0
	for ; in.X >= 2*s.width && in.Y >= 2*s.height; step++ {
		in = image.Pt(in.X/2, in.Y/2)
		half := s.step(step, in)
		eachPlane(half, img, halve)
		img = half
	}
	if in.X == s.width && in.Y == s.height {
		return img
	}
	out := s.step(step, image.Pt(s.width, s.height))
	if cap(s.row) < in.X+8 {
		s.row = make([]byte, in.X+8)
	}
	n := 0
	eachPlane(out, img, func(dst, src plane) {
		c := &s.columns[min(n, 1)]
		n++
		c.set(src.width, dst.width)
		resize(dst, src, s.row, c)
	})
	return out
}

// step returns the picture of the nth step, which is kept for the next time.
func (s *scaler) step(n int, size image.Point) *image.YCbCr {
	if n == len(s.steps) {
		s.steps = append(s.steps, nil)
	}
	if s.steps[n] == nil || s.steps[n].Rect.Size() != size {
		s.steps[n] = image.NewYCbCr(image.Rectangle{Max: size}, image.YCbCrSubsampleRatio420)
	}
	return s.steps[n]
}

// plane is one of the three parts of a picture.
type plane struct {
	pix                   []byte
	stride, width, height int
}

func (p plane) line(y int) []byte { return p.pix[y*p.stride:][:p.width] }

func eachPlane(dst, src *image.YCbCr, f func(dst, src plane)) {
	d, s := planes(dst), planes(src)
	for i := range d {
		f(d[i], s[i])
	}
}

func planes(img *image.YCbCr) [3]plane {
	size := img.Rect.Size()
	cw, ch := (size.X+1)/2, (size.Y+1)/2
	y, c := img.YOffset(img.Rect.Min.X, img.Rect.Min.Y), img.COffset(img.Rect.Min.X, img.Rect.Min.Y)
	return [3]plane{
		{img.Y[y:], img.YStride, size.X, size.Y},
		{img.Cb[c:], img.CStride, cw, ch},
		{img.Cr[c:], img.CStride, cw, ch},
	}
}

// lanes are the even bytes of a word: four numbers with room for 16 bits each,
// which one instruction adds or multiplies.
const lanes = 0x00ff00ff00ff00ff

// halve averages squares of four pixels.
func halve(dst, src plane) {
	for y := range dst.height {
		a, b := src.line(2*y), src.line(min(2*y+1, src.height-1))
		out := dst.line(y)
		x := 0
		for ; x+4 <= len(out) && 2*x+8 <= len(a); x += 4 {
			p, q := binary.LittleEndian.Uint64(a[2*x:]), binary.LittleEndian.Uint64(b[2*x:])
			sum := p&lanes + p>>8&lanes + q&lanes + q>>8&lanes + 0x0002000200020002
			sum = sum >> 2 & lanes
			sum = (sum | sum>>8) & 0x0000ffff0000ffff
			binary.LittleEndian.PutUint32(out[x:], uint32(sum|sum>>16))
		}
		for ; x < len(out); x++ {
			r := min(2*x+1, len(a)-1)
			out[x] = byte((int(a[2*x]) + int(a[r]) + int(b[2*x]) + int(b[r]) + 2) / 4)
		}
	}
}

// columns tells for each pixel of a row which two of the wider row it is made
// of: left and the one after it, that with right/256 of the weight.
type columns struct {
	from, to int
	at       []struct{ left, right int32 }
}

func (c *columns) set(from, to int) {
	if c.from == from && c.to == to {
		return
	}
	c.from, c.to = from, to
	c.at = make([]struct{ left, right int32 }, to)
	for x := range c.at {
		left, right := between(x, from, to)
		c.at[x].left, c.at[x].right = int32(left), int32(right)
	}
}

// between returns where the centre of the ith of to pixels lies among from
// pixels: index, and 256ths on the way to the next.
func between(i, from, to int) (index, next int) {
	at := ((2*i+1)*from*128)/to - 128
	at = max(0, min(at, (from-1)*256))
	return at / 256, at % 256
}

// resize interpolates between the four nearest pixels, first those above each
// other. row has room for a row of src and 8 bytes.
func resize(dst, src plane, row []byte, c *columns) {
	row = row[:src.width+1]
	for y := range dst.height {
		top, next := between(y, src.height, dst.height)
		blend(row, src.line(top), src.line(min(top+1, src.height-1)), uint64(next))
		row[src.width] = row[src.width-1]
		out := dst.line(y)
		for x, at := range c.at[:len(out)] {
			pair := row[at.left:][:2]
			out[x] = byte((int32(pair[0])*(256-at.right) + int32(pair[1])*at.right + 128) >> 8)
		}
	}
}

// blend writes a + (b-a)*weight/256 to row.
func blend(row, a, b []byte, weight uint64) {
	x := 0
	for ; x+8 <= len(a); x += 8 {
		p, q := binary.LittleEndian.Uint64(a[x:]), binary.LittleEndian.Uint64(b[x:])
		even := (p&lanes)*(256-weight) + (q&lanes)*weight
		odd := (p>>8&lanes)*(256-weight) + (q>>8&lanes)*weight
		binary.LittleEndian.PutUint64(row[x:], even>>8&lanes|odd&^lanes)
	}
	for ; x < len(a); x++ {
		row[x] = byte((uint64(a[x])*(256-weight) + uint64(b[x])*weight) >> 8)
	}
}
