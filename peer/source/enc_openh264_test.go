//go:build cgo

package source

import (
	"bytes"
	"image"
	"testing"

	"inbox/peer"
)

// checkH264 checks the NAL units and what the sequence parameter set says.
func checkH264(t *testing.T, f peer.Frame, size image.Point) {
	t.Helper()
	var types []byte
	for nal := range bytes.SplitSeq(f.Data, []byte{0, 0, 1}) {
		nal = bytes.TrimSuffix(nal, []byte{0}) // of the next start code
		if len(nal) == 0 {
			continue
		}
		types = append(types, nal[0]&0x1f)
		if nal[0]&0x1f == 7 {
			if got := spsSize(nal); got != size {
				t.Errorf("the parameter set says %v, want %v", got, size)
			}
			if nal[1] != 66 || nal[2]&0x40 == 0 {
				t.Errorf("profile %d with constraints %08b; want constrained baseline", nal[1], nal[2])
			}
		}
	}
	want := []byte{1}
	if f.Key {
		want = []byte{7, 8, 5}
	}
	if !bytes.Equal(types, want) {
		t.Errorf("a frame, key %v, of NAL units %v, want %v", f.Key, types, want)
	}
}

// spsSize reads the size from a sequence parameter set of a baseline profile
// (ITU-R H.264, section 7.3.2.1.1).
func spsSize(nal []byte) image.Point {
	r := bitReader{data: bytes.ReplaceAll(nal, []byte{0, 0, 3}, []byte{0, 0}), at: 8 * 4}
	r.exp() // seq_parameter_set_id
	r.exp() // log2_max_frame_num_minus4
	if r.exp() == 0 {
		r.exp() // log2_max_pic_order_cnt_lsb_minus4
	}
	r.exp() // max_num_ref_frames
	r.bit() // gaps_in_frame_num_value_allowed_flag
	width := (r.exp() + 1) * 16
	height := (r.exp() + 1) * 16
	r.bit() // frame_mbs_only_flag
	r.bit() // direct_8x8_inference_flag
	if r.bit() == 1 {
		width -= 2 * (r.exp() + r.exp())
		height -= 2 * (r.exp() + r.exp())
	}
	return image.Pt(width, height)
}

type bitReader struct {
	data []byte
	at   int
}

func (r *bitReader) bit() int {
	bit := int(r.data[r.at/8]>>(7-r.at%8)) & 1
	r.at++
	return bit
}

// exp reads an unsigned Exp-Golomb code (section 9.1).
func (r *bitReader) exp() int {
	zeros := 0
	for r.bit() == 0 {
		zeros++
	}
	n := 1
	for range zeros {
		n = n<<1 | r.bit()
	}
	return n - 1
}

// TestTwoSlices encodes a picture that two threads share.
func TestTwoSlices(t *testing.T) {
	images := busy(1920, 1080)
	e, err := openH264(encoderOptions{1920, 1080, 30, 4_000_000})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for i, img := range images[:6] {
		data, key, err := e.encode(img, 0, i == 4)
		if err != nil {
			t.Fatal(err)
		}
		slice := byte(1)
		if i == 0 || i == 4 {
			slice = 5
		}
		if n := bytes.Count(data, []byte{0, 0, 1, slice | 0x60}); n != 2 || key != (slice == 5) {
			t.Errorf("frame %d has %d slices of type %d, key is %v", i, n, slice, key)
		}
	}
}

func TestIsH264Key(t *testing.T) {
	tests := []struct {
		data string
		want bool
	}{
		{"\x00\x00\x00\x01\x67ab\x00\x00\x00\x01\x68c\x00\x00\x00\x01\x65d", true},
		{"\x00\x00\x01\x65", true},
		{"\x00\x00\x00\x01\x41ab\x00\x00\x01\x65", false},
		{"\x00\x00\x01", false},
		{"", false},
	}
	for _, tt := range tests {
		if got := isH264Key([]byte(tt.data)); got != tt.want {
			t.Errorf("%q: %v, want %v", tt.data, got, tt.want)
		}
	}
}
