package source

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
)

func TestIVF(t *testing.T) {
	frames := [][]byte{vp8Frame(true, 0), vp8Frame(false, 1), {}, vp8Frame(true, 3)}
	again := ivfFile("VP80", 1000, frames[1])
	stream := slices.Concat(ivfFile("VP80", 25, frames...), again, []byte{9, 0})
	for _, n := range []int{1, 5, 1 << 20} {
		var c collector
		var counts tally
		if err := writeAll(newIVF(webrtc.MimeTypeVP8, c.emit, &counts), stream, n); err != nil {
			t.Fatal(err)
		}
		want := [][]byte{frames[0], frames[1], frames[3], frames[1]}
		if !slices.EqualFunc(c.data(), want, bytes.Equal) {
			t.Fatalf("in pieces of %d: %x", n, c.data())
		}
		if u := c.units[2]; !u.key || u.pts != 120*time.Millisecond || u.shape != (shape{640, 480, 25}) {
			t.Errorf("%+v", u)
		}
		if c.units[1].key {
			t.Error("the second frame is no key frame")
		}
		if stats := counts.read(); stats != (StreamStats{Frames: 4, Damaged: 1}) {
			t.Errorf("%+v", stats)
		}
	}
}

func TestIVFErrors(t *testing.T) {
	good := ivfFile("VP80", 25, vp8Frame(true, 0))
	with := func(at int, b ...byte) []byte {
		bad := bytes.Clone(good)
		copy(bad[at:], b)
		return bad
	}
	tests := []struct {
		name   string
		stream []byte
		word   string
	}{
		{"no IVF", []byte("hello world"), "DKIF"},
		{"another codec", with(8, []byte("VP90")...), "VP9"},
		{"a long header", with(6, 0xff, 0xff), "65535"},
		{"no time base", with(16, 0, 0, 0, 0), "time base"},
		{"a frame of gigabytes", with(32, 0xff, 0xff, 0xff, 0xff), "damaged"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var c collector
			v := newIVF(webrtc.MimeTypeVP8, c.emit, &tally{})
			if err := writeAll(v, tt.stream, 3); err == nil || !strings.Contains(err.Error(), tt.word) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestKeyFrames(t *testing.T) {
	tests := []struct {
		name, format string
		data         []byte
		key          bool
		err          error
	}{
		{"VP8", webrtc.MimeTypeVP8, vp8Frame(true, 0), true, nil},
		{"VP8 between", webrtc.MimeTypeVP8, vp8Frame(false, 0), false, nil},
		{"VP9", webrtc.MimeTypeVP9, []byte{0x82, 0x49, 0x83, 0x42, 0x00, 0x27, 0xf0, 0x1d, 0xf0, 0, 0, 0}, true, nil},
		{"VP9 between", webrtc.MimeTypeVP9, []byte{0x86, 0, 0, 0, 0, 0, 0, 0, 0, 0}, false, nil},
		{"VP9 of 4:4:4", webrtc.MimeTypeVP9, []byte{0xa2, 0x49, 0x83, 0x42, 0x20, 0x13, 0xf8, 0x0e, 0xf8, 0, 0, 0}, false, ErrProfile},
		{"AV1", webrtc.MimeTypeAV1, []byte{0x12, 0x00, 0x0a, 0x01, 0x00, 0x32, 0x01, 0x10}, true, nil},
		{"AV1 between", webrtc.MimeTypeAV1, []byte{0x12, 0x00, 0x32, 0x01, 0x30}, false, nil},
		{"AV1 with lengths that lie", webrtc.MimeTypeAV1, []byte{0x12, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x0a}, false, nil},
		{"nothing", webrtc.MimeTypeAV1, nil, false, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if key, err := isKeyFrame(tt.format, tt.data); key != tt.key || !errors.Is(err, tt.err) {
				t.Errorf("got %v, %v", key, err)
			}
		})
	}
}

func FuzzIVF(f *testing.F) {
	f.Add(ivfFile("VP80", 25, vp8Frame(true, 0), vp8Frame(false, 1)), uint16(3))
	f.Add(ivfFile("VP90", 1, []byte{0x82, 0x49, 0x83, 0x42, 0, 0x27, 0xf0, 0x1d, 0xf0}), uint16(1))
	f.Add(ivfFile("AV01", 90000, []byte{0x12, 0x00, 0x0a, 0x01, 0x00}), uint16(2))
	f.Fuzz(func(t *testing.T, stream []byte, n uint16) {
		format, err := sniff(stream, true)
		if err != nil || format == webrtc.MimeTypeH264 {
			return
		}
		cut := func(n int) ([][]byte, error) {
			var c collector
			v := newIVF(format, c.emit, &tally{})
			err := writeAll(v, stream, n)
			if cap(v.buf) > 2*len(stream)+1024 {
				t.Errorf("kept %d bytes", cap(v.buf))
			}
			for _, u := range c.units {
				if u.pts < -1 {
					t.Errorf("a time stamp of %v", u.pts)
				}
			}
			return c.data(), err
		}
		whole, wholeErr := cut(len(stream) + 1)
		pieces, err := cut(int(n)%64 + 1)
		if !slices.EqualFunc(whole, pieces, bytes.Equal) || (err == nil) != (wholeErr == nil) {
			t.Errorf("whole: %x %v\nin pieces: %x %v", whole, wholeErr, pieces, err)
		}
	})
}

func FuzzSniff(f *testing.F) {
	f.Add(ivfFile("VP80", 25))
	f.Add([]byte("\x00\x00\x00\x01\x09\xf0"))
	f.Add([]byte("\x00\x00\x01"))
	f.Fuzz(func(t *testing.T, head []byte) {
		now, errNow := sniff(head, false)
		if last, err := sniff(head, true); now != "" && (last != now || err != nil) || errNow != nil && err == nil {
			t.Errorf("%q %v, but at the end %q %v", now, errNow, last, err)
		}
	})
}

// TestIVFSizeBeforePictures has a slow encoder, which writes its header long
// before its first picture: the size is known as soon as the format is.
func TestIVFSizeBeforePictures(t *testing.T) {
	for fourCC, format := range map[string]string{"VP80": webrtc.MimeTypeVP8, "VP90": webrtc.MimeTypeVP9, "AV01": webrtc.MimeTypeAV1} {
		r, w := io.Pipe()
		var writer sync.WaitGroup
		writer.Go(func() { write(t, w, ivfFile(fourCC, 25)) })
		s, err := Live(t.Context(), "pipe", r, StreamOptions{})
		writer.Wait()
		if err != nil {
			t.Fatal(err)
		}
		m, err := s.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if width, height, fps := m.Size(); width != 640 || height != 480 || fps != 25 {
			t.Errorf("%s: the size is %dx%d at %v/s, want 640x480 at 25", format, width, height, fps)
		}
		if err := errors.Join(m.Close(), s.Close()); err != nil {
			t.Error(err)
		}
	}
}
