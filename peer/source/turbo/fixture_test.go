//go:build cgo && full

package turbo

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// factors are the sampling factors of the components: across and down.
type factors [][2]int

// flatBlocks returns a JPEG picture without Huffman tables, as cameras give it,
// of blocks of one value each.
func flatBlocks(width, height int, f factors, value func(component, x, y int) int) []byte {
	var b bytes.Buffer
	b.Write([]byte{0xff, 0xd8, 0xff, 0xdb, 0, 67, 0})
	b.Write(bytes.Repeat([]byte{1}, 64))
	b.Write([]byte{0xff, 0xc0, 0, byte(8 + 3*len(f)), 8})
	binary.Write(&b, binary.BigEndian, [2]uint16{uint16(height), uint16(width)})
	b.WriteByte(byte(len(f)))
	for i, c := range f {
		b.Write([]byte{byte(i + 1), byte(c[0]<<4 | c[1]), 0})
	}
	b.Write([]byte{0xff, 0xda, 0, byte(6 + 2*len(f)), byte(len(f))})
	for i := range f {
		b.Write([]byte{byte(i + 1), 0})
	}
	b.Write([]byte{0, 63, 0})
	b.Write(flatScan(width, height, f, value))
	b.Write([]byte{0xff, 0xd9})
	return b.Bytes()
}

// flatScan codes the first coefficient of each block and no other (ITU-T T.81,
// with the tables K.3 and K.5).
func flatScan(width, height int, f factors, value func(component, x, y int) int) []byte {
	var w bitWriter
	last := make([]int, len(f))
	for y := range (height + 8*f[0][1] - 1) / (8 * f[0][1]) {
		for x := range (width + 8*f[0][0] - 1) / (8 * f[0][0]) {
			for i, c := range f {
				for j := range c[0] * c[1] {
					dc := 8 * (value(i, x*c[0]+j%c[0], y*c[1]+j/c[0]) - 128)
					w.difference(dc - last[i])
					w.write(0b1010, 4) // nothing follows in this block
					last[i] = dc
				}
			}
		}
	}
	w.write(0x7f, 7)
	return w.data
}

type bitWriter struct {
	data []byte
	rest uint32
	n    int
}

func (w *bitWriter) write(v, n int) {
	w.rest, w.n = w.rest<<n|uint32(v), w.n+n
	for ; w.n >= 8; w.n -= 8 {
		c := byte(w.rest >> (w.n - 8))
		w.data = append(w.data, c)
		if c == 0xff {
			w.data = append(w.data, 0)
		}
	}
}

func (w *bitWriter) difference(d int) {
	size := bits.Len(uint(max(d, -d)))
	switch {
	case size == 0:
		w.write(0, 2)
	case size < 6:
		w.write(size+1, 3)
	default:
		w.write(1<<(size-2)-2, size-2)
	}
	if d < 0 {
		d += 1<<size - 1
	}
	w.write(d, size)
}
