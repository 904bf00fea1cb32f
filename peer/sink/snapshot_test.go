package sink

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/pion/webrtc/v4"

	"inbox/peer"
)

// bars is a key frame with three bars, red, green and white, and the way it is encoded.
func bars(t testing.TB, mime, pixels string) []byte {
	t.Helper()
	const picture = "color=red:s=320x240:d=0.1,drawbox=x=100:w=120:h=240:color=lime:t=fill,drawbox=x=220:w=100:h=240:color=white:t=fill"
	args := []string{"-f", "lavfi", "-i", picture, "-frames:v", "1", "-vf", "scale=out_color_matrix=bt601,format=" + pixels}
	path := filepath.Join(t.TempDir(), "bars.ivf")
	if mime == webrtc.MimeTypeVP8 {
		ffmpeg(t, "ffmpeg", append(args, "-c:v", "libvpx", "-b:v", "2M", path)...)
		return read(t, path)[32+12:]
	}
	path += ".h264"
	ffmpeg(t, "ffmpeg", append(args, "-c:v", "libx264", "-profile:v", "baseline", "-qp", "10", path)...)
	return read(t, path)
}

func TestSnapshot(t *testing.T) {
	tests := []struct{ mime, pixels string }{
		{webrtc.MimeTypeVP8, "yuv420p"}, {webrtc.MimeTypeH264, "yuv420p"}, {webrtc.MimeTypeH264, "yuvj420p"},
	}
	for _, tt := range tests {
		t.Run(tt.mime+" "+tt.pixels, func(t *testing.T) {
			if !slices.Contains(SnapshotCodecs(), tt.mime) {
				t.Skip("this build has no decoder for it")
			}
			path := filepath.Join(t.TempDir(), "now.jpg")
			asked := 0
			s, err := NewSnapshot(Options{Name: path, KeyFrame: func() { asked++ }})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Begin(formats(tt.mime)); err != nil {
				t.Fatal(err)
			}
			key := bars(t, tt.mime, tt.pixels)
			broken := slices.Clone(key[:len(key)/8])
			for i, f := range []peer.Frame{{Data: key}, {Data: broken, Key: true}, {Data: key, Key: true}, {Data: key, Key: true}} {
				if err := s.WriteFrame(0, f); errors.Is(err, ErrDone) != (i >= 2) || err != nil && !errors.Is(err, ErrDone) {
					t.Fatalf("frame %d: %v", i, err)
				}
			}
			if err := s.Close(); err != nil || asked != 1 {
				t.Errorf("closed: %v; asked for a key frame %d times", err, asked)
			}
			img, err := jpeg.Decode(bytes.NewReader(read(t, path)))
			if err != nil {
				t.Fatal(err)
			}
			checkColour(t, img, 50, color.RGBA{255, 0, 0, 255})
			checkColour(t, img, 160, color.RGBA{0, 255, 0, 255})
			checkColour(t, img, 270, color.RGBA{255, 255, 255, 255})
		})
	}
}

func checkColour(t *testing.T, img image.Image, x int, want color.RGBA) {
	t.Helper()
	if img.Bounds() != image.Rect(0, 0, 320, 240) {
		t.Errorf("the picture is %v", img.Bounds())
	}
	got := color.RGBAModel.Convert(img.At(x, 120)).(color.RGBA)
	far := func(a, b uint8) bool { return max(a, b)-min(a, b) > 6 }
	if far(got.R, want.R) || far(got.G, want.G) || far(got.B, want.B) {
		t.Errorf("at %d the colour is %v, not %v", x, got, want)
	}
}

func TestSnapshotRefused(t *testing.T) {
	folder := t.TempDir()
	there := filepath.Join(folder, "there.jpg")
	if err := os.WriteFile(there, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]error{there: ErrName, filepath.Join(folder, "now.png"): ErrContainer, filepath.Join(folder, "none", "now.jpg"): ErrName} {
		if _, err := NewSnapshot(Options{Name: name}); !errors.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s, err := NewSnapshot(Options{Name: there, Force: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Begin(formats(webrtc.MimeTypeAV1)); !errors.Is(err, ErrPicture) {
		t.Errorf("AV1: %v", err)
	}
}

// FuzzFrames gives the parsers of all codecs whatever comes.
func FuzzFrames(f *testing.F) {
	mimes := []string{webrtc.MimeTypeH264, webrtc.MimeTypeH265, webrtc.MimeTypeVP8, webrtc.MimeTypeVP9, webrtc.MimeTypeAV1}
	for i, mime := range mimes {
		f.Add(byte(i), film(f, shot{mime, 64, 64, 0.1, 2})[0].Data)
	}
	f.Fuzz(func(t *testing.T, codec byte, data []byte) {
		mime := mimes[int(codec)%len(mimes)]
		for _, c := range Containers() {
			if !c.takes(mime) {
				continue
			}
			r := newRecorder(t, Options{Name: "-", Format: c.Name, Pipe: new(bytes.Buffer)})
			if err := r.Begin(formats(mime)); err != nil {
				t.Fatal(err)
			}
			for _, key := range []bool{true, false, true} {
				if err := r.WriteFrame(0, peer.Frame{Data: data, Key: key}); err != nil {
					t.Fatalf("%s in %s: %v", mime, c.Name, err)
				}
			}
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if s, err := readSetup(mime, data); err == nil && s.width*s.height <= 512*512 && slices.Contains(SnapshotCodecs(), mime) {
			_, _ = decode(mime, data)
		}
	})
}
