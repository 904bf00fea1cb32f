package source

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"
)

// parse cuts a stream that comes in pieces of n bytes.
func parse(t testing.TB, stream []byte, n int) (*collector, StreamStats, error) {
	t.Helper()
	var c collector
	var counts tally
	a := newAnnexB(c.emit, &counts)
	err := writeAll(a, stream, n)
	return &c, counts.read(), err
}

func writeAll(p parser, stream []byte, n int) error {
	for piece := range slices.Chunk(stream, n) {
		if err := p.write(piece, 0); err != nil {
			return err
		}
	}
	return p.end()
}

func TestAnnexBUnits(t *testing.T) {
	first, second, third := idr(0), pic(1), pic(2)
	lower := slice(0x41, false, 0, 9, 10) // the lower half of a picture
	sets := nal(t, spsHigh, ppsPlain)
	tests := []struct {
		name    string
		stream  []byte
		want    [][]byte
		damaged uint64
	}{
		{"nothing", nil, nil, 0},
		{"plain", slices.Concat(sets, joined(first, second)), [][]byte{slices.Concat(sets, joined(first)), joined(second)}, 0},
		{"several slices", slices.Concat(sets, joined(first, second, lower, third, lower)),
			[][]byte{slices.Concat(sets, joined(first)), joined(second, lower), joined(third, lower)}, 0},
		{"delimiters and filler are left out", slices.Concat(nal(t, audPlain), sets, joined(first), nal(t, "0cff80", audPlain), joined(second)),
			[][]byte{slices.Concat(sets, joined(first)), joined(second)}, 0},
		{"SEI stays with its picture", slices.Concat(sets, nal(t, seiPlain), joined(first), nal(t, seiPlain), joined(second)),
			[][]byte{slices.Concat(sets, nal(t, seiPlain), joined(first)), slices.Concat(nal(t, seiPlain), joined(second))}, 0},
		{"parameter sets come once", slices.Concat(sets, joined(first, second, first)),
			[][]byte{slices.Concat(sets, joined(first)), joined(second), slices.Concat(sets, joined(first))}, 0},
		{"a new PPS between key frames", slices.Concat(sets, joined(first), nal(t, ppsPlain), joined(second)),
			[][]byte{slices.Concat(sets, joined(first)), slices.Concat(nal(t, ppsPlain), joined(second))}, 0},
		{"before the parameter sets nothing can be decoded", slices.Concat(joined(first, second), sets, joined(first)),
			[][]byte{slices.Concat(sets, joined(first))}, 2},
		{"rubbish before the first start code", slices.Concat([]byte("rubbish\x00\x00"), sets, joined(first)),
			[][]byte{slices.Concat(sets, joined(first))}, 0},
		{"forbidden_zero_bit", slices.Concat(sets, joined(first, []byte{0xe5, 0x88}, second)),
			[][]byte{slices.Concat(sets, joined(first)), joined(second)}, 1},
		{"a slice of no type", slices.Concat(sets, joined(first, []byte{0x41, 0x80}, second)),
			[][]byte{slices.Concat(sets, joined(first)), joined(second)}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, n := range []int{1, 2, 3, 5, 1 << 20} {
				c, stats, err := parse(t, tt.stream, n)
				if err != nil || !slices.EqualFunc(c.data(), tt.want, bytes.Equal) {
					t.Errorf("in pieces of %d: %x, %v\nwant %x", n, c.data(), err, tt.want)
				}
				if stats.Damaged != tt.damaged {
					t.Errorf("in pieces of %d: %d damaged, want %d", n, stats.Damaged, tt.damaged)
				}
			}
		})
	}
}

func TestAnnexBStartCodes(t *testing.T) {
	var stream []byte
	for i, u := range [][]byte{nal(t, spsHigh)[4:], nal(t, ppsPlain)[4:], idr(0), pic(1)} {
		stream = append(stream, bytes.Repeat([]byte{0}, 2+i)...) // of three bytes, four and more
		stream = append(append(stream, 1), u...)
	}
	c, _, err := parse(t, append(stream, 0, 0, 0), 1)
	if err != nil || len(c.units) != 2 || !bytes.Equal(c.units[1].data, joined(pic(1))) {
		t.Fatalf("got %x, %v", c.data(), err)
	}
	if !c.units[0].key || c.units[1].key {
		t.Error("the first unit is a key frame, the second is not")
	}
	if got := c.units[0].shape; got != (shape{352, 288, 15}) {
		t.Errorf("shape %+v", got)
	}
}

func TestAnnexBRefuses(t *testing.T) {
	tests := []struct {
		name   string
		stream []byte
		want   error
	}{
		{"reordering", film(t, sps720, 1, 1), ErrBFrames},
		{"a B slice", slices.Concat(nal(t, spsHigh, ppsPlain), joined(idr(0), slice(0x01, true, 1, 0, 9))), ErrBFrames},
		{"High 10", film(t, spsTen+"5005bb016c80000003008000001e078c18cb", 1, 1), ErrProfile},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, _, err := parse(t, tt.stream, 7); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
	c, stats, err := parse(t, slices.Concat(nal(t, sps1080, ppsPlain), joined(idr(0), slice(0x01, true, 1, 0, 9), pic(2))), 7)
	if err != nil || len(c.units) != 2 || stats.Damaged != 1 {
		t.Errorf("baseline has no B slices, so one is damage: %d units, %+v, %v", len(c.units), stats, err)
	}
}

func TestAnnexBBounds(t *testing.T) {
	for _, n := range []int{1, 100, 1 << 20} {
		var c collector
		var counts tally
		a := newAnnexB(c.emit, &counts)
		a.max = 1000
		huge := slice(0x41, true, 0, 1, 5000)
		stream := slices.Concat(nal(t, spsHigh, ppsPlain), joined(idr(0), huge, pic(2)))
		if err := writeAll(a, stream, n); err != nil {
			t.Fatal(err)
		}
		if len(c.units) != 2 || !bytes.Equal(c.units[1].data, joined(pic(2))) || counts.read().Damaged != 1 {
			t.Errorf("in pieces of %d: %d units, %+v", n, len(c.units), counts.read())
		}
		if n == 1 && cap(a.buf) > 4*a.max {
			t.Errorf("kept %d bytes", cap(a.buf))
		}
	}
}

func TestAnnexBTimes(t *testing.T) {
	var c collector
	a := newAnnexB(c.emit, &tally{})
	sets := nal(t, spsHigh, ppsPlain)
	for i, piece := range [][]byte{sets, joined(idr(0)), joined(pic(1)), joined(pic(2))} {
		if err := a.write(piece, time.Duration(i)*time.Second); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.end(); err != nil {
		t.Fatal(err)
	}
	for i, want := range []time.Duration{0, 2 * time.Second, 3 * time.Second} {
		if got := c.units[i].came; got != want {
			t.Errorf("unit %d came at %v, want %v: when it began", i, got, want)
		}
	}
}

func FuzzAnnexB(f *testing.F) {
	f.Add(film(f, spsHigh, 5, 3), uint16(3))
	f.Add(slices.Concat(nal(f, audPlain, sps1080, ppsPlain, seiPlain), joined(idr(0), slice(0x41, false, 0, 9, 10))), uint16(1))
	f.Add([]byte("\x00\x00\x01\x67\x00\x00\x01\x68\x00\x00\x01\x65\x00\x00"), uint16(2))
	f.Add(bytes.Repeat([]byte{0}, 3000), uint16(2))
	f.Add(slices.Concat([]byte(startCode), bytes.Repeat([]byte{0}, 600), []byte(startCode)), uint16(2))
	f.Add(slices.Concat([]byte("\x00\x00\x01\x41\x00\x00\x01"), bytes.Repeat([]byte{0x30}, 600)), uint16(10))
	f.Fuzz(func(t *testing.T, stream []byte, n uint16) {
		cut := func(n int) ([][]byte, StreamStats, error) {
			var c collector
			var counts tally
			a := newAnnexB(c.emit, &counts)
			a.max = 512
			err := writeAll(a, stream, n)
			if limit := 2*(a.max+n) + 1024; cap(a.buf) > limit {
				t.Errorf("kept %d bytes", cap(a.buf))
			}
			return c.data(), counts.read(), err
		}
		whole, counted, wholeErr := cut(len(stream) + 1)
		pieces, recounted, err := cut(int(n)%64 + 1)
		if !slices.EqualFunc(whole, pieces, bytes.Equal) || counted != recounted || (err == nil) != (wholeErr == nil) {
			t.Errorf("whole: %x %+v %v\nin pieces: %x %+v %v", whole, counted, wholeErr, pieces, recounted, err)
		}
		for _, u := range whole {
			if !bytes.HasPrefix(u, []byte("\x00"+startCode)) {
				t.Errorf("unit %x has no start code", u)
			}
		}
	})
}
