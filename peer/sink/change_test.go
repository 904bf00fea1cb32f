package sink

import (
	"bytes"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"inbox/peer"
)

// TestTurned turns the camera in the middle: one file has both sizes.
func TestTurned(t *testing.T) {
	const half = 2
	sound := beeps(t, 2*half)
	for name, mime := range map[string]string{
		"h264.mp4": webrtc.MimeTypeH264, "h264.mkv": webrtc.MimeTypeH264, "h265.mp4": webrtc.MimeTypeH265, "h265.mkv": webrtc.MimeTypeH265,
		"vp8.webm": webrtc.MimeTypeVP8, "vp9.webm": webrtc.MimeTypeVP9, "vp9.mp4": webrtc.MimeTypeVP9, "av1.mp4": webrtc.MimeTypeAV1, "vp8.ivf": webrtc.MimeTypeVP8,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			pictures := slices.Concat(film(t, shot{mime, 320, 180, half, 60}), later(film(t, shot{mime, 180, 320, half, 60}), half*time.Second))
			record(t, newRecorder(t, Options{Name: path}), mime, woven(pictures, sound))
			p := probe(t, path)
			var sizes [][2]int
			for _, f := range p.Frames {
				if f.Type == "video" {
					sizes = append(sizes, [2]int{f.Width, f.Height})
				}
			}
			if want := [][2]int{{320, 180}, {180, 320}}; len(sizes) != 2*half*filmRate || !slices.Equal(slices.Compact(sizes), want) {
				t.Errorf("%d pictures of %v", len(sizes), slices.Compact(sizes))
			}
			if d := p.duration(t); math.Abs(d-2*half) > 0.08 {
				t.Errorf("it lasts %v s", d)
			}
		})
	}
}

// TestGap lets the camera go away for a while: the film is no faster for it, and
// picture and sound stay together.
func TestGap(t *testing.T) {
	const seconds, gap = 2, 7 * time.Second
	sound := beeps(t, seconds)
	for name, mime := range pieces() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			pictures := film(t, shot{mime, 160, 120, seconds, 60})
			r := newRecorder(t, Options{Name: path})
			takes := woven(pictures, sound)
			give(t, r, formats(mime), takes)
			// What comes first then cannot be decoded.
			give(t, r, formats(mime), []take{{0, later(pictures[59:], gap-2*time.Second)[0]}})
			give(t, r, formats(mime), woven(later(pictures, gap), later(sound, gap)))
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			p := probe(t, path)
			if d := p.duration(t); math.Abs(d-9) > 0.1 {
				t.Errorf("it lasts %v s", d)
			}
			times := p.times(t, "video")
			if len(times) != 2*seconds*filmRate || math.Abs(times[seconds*filmRate]-7) > 0.01 {
				t.Errorf("%d pictures, the one after the gap at %v s", len(times), times[seconds*filmRate])
			}
			flashes, tones := onsets(t, path)
			if len(flashes) < 2 || math.Abs(flashes[len(flashes)-1]-8) > 0.01 || math.Abs(tones[len(tones)-1]-8) > 0.03 {
				t.Errorf("flashes at %v, tones at %v", flashes, tones)
			}
		})
	}
}

// give begins with formats and writes takes.
func give(t testing.TB, r *Recorder, f []peer.Format, takes []take) {
	t.Helper()
	if err := r.Begin(f); err != nil {
		t.Fatal(err)
	}
	for _, f := range takes {
		if err := r.WriteFrame(f.index, f.Frame); err != nil {
			t.Fatal(err)
		}
	}
}

// TestOtherFormats lets the camera come back with another codec: the next file.
func TestOtherFormats(t *testing.T) {
	path := filepath.Join(t.TempDir(), "film.mkv")
	r := newRecorder(t, Options{Name: path})
	give(t, r, formats(webrtc.MimeTypeH264), woven(film(t, shot{webrtc.MimeTypeH264, 160, 120, 1, 30}), nil))
	give(t, r, formats(webrtc.MimeTypeVP8), woven(later(film(t, shot{webrtc.MimeTypeVP8, 160, 120, 2, 30}), 9*time.Second), nil))
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	second := filepath.Join(filepath.Dir(path), "film-2.mkv")
	for file, want := range map[string]float64{path: 1, second: 2} {
		p := probe(t, file)
		if d := p.duration(t); math.Abs(d-want) > 0.05 || p.count("video") != int(want*filmRate) {
			t.Errorf("%s lasts %v s, with %d pictures", file, d, p.count("video"))
		}
	}
	if s := r.Stats(); s.Files != 2 || s.File != second || s.Pictures != 90 || s.Duration.Round(50*time.Millisecond) != 3*time.Second || s.Bytes != fileSize(t, path)+fileSize(t, second) {
		t.Errorf("stats: %+v", s)
	}
}

func fileSize(t *testing.T, path string) int64 { return int64(len(read(t, path))) }

// TestBeginning holds that a file begins with a picture that can be decoded,
// and that a key frame is asked for until there is one.
func TestBeginning(t *testing.T) {
	mime := webrtc.MimeTypeH264
	pictures, sound := film(t, shot{mime, 160, 120, 4, 60}), beeps(t, 4)
	asked := 0
	path := filepath.Join(t.TempDir(), "film.mp4")
	r := newRecorder(t, Options{Name: path, KeyFrame: func() { asked++ }})
	takes := woven(pictures[1:], sound)
	damaged := slices.Clone(pictures[60].Data)
	copy(damaged[8:], make([]byte, 40)) // its parameter sets
	takes = slices.Insert(takes, len(takes)/2-40, take{0, peer.Frame{Data: damaged, Time: 1800 * time.Millisecond, Key: true}})
	record(t, r, mime, takes)
	p := probe(t, path)
	if video, audio := p.times(t, "video"), p.times(t, "audio"); len(video) != 60 || video[0] != 0 || audio[0] > 0.021 || len(audio) < 99 {
		t.Errorf("%d pictures from %v s, %d packets of sound from %v s", len(video), video[0], len(audio), audio[0])
	}
	if asked != 3 || r.Stats().Damaged != 1 {
		t.Errorf("asked for a key frame %d times; %+v", asked, r.Stats())
	}
	checkSync2(t, path)
}

func checkSync2(t *testing.T, path string) {
	t.Helper()
	flashes, tones := onsets(t, path)
	if len(flashes) != 1 || len(tones) != 1 || math.Abs(flashes[0]-tones[0]) > 0.04 {
		t.Errorf("flashes at %v, tones at %v", flashes, tones)
	}
}

// TestDamagedPicture leaves out what needs a picture that cannot be read.
func TestDamagedPicture(t *testing.T) {
	mime := webrtc.MimeTypeH264
	pictures := film(t, shot{mime, 64, 64, 2, 30})
	pictures[10].Data = []byte("no start code")
	path, asked := filepath.Join(t.TempDir(), "film.mkv"), 0
	r := newRecorder(t, Options{Name: path, KeyFrame: func() { asked++ }})
	record(t, r, mime, woven(pictures, nil))
	if p := probe(t, path); p.count("video") != 10+30 || asked != 1 || r.Stats().Damaged != 1 {
		t.Errorf("%d pictures, asked %d times, %+v", p.count("video"), asked, r.Stats())
	}
}

// TestDays lets the camera go away for longer than 32 bits count.
func TestDays(t *testing.T) {
	const away = 40 * time.Hour
	for name, mime := range pieces() {
		path := filepath.Join(t.TempDir(), name)
		r := newRecorder(t, Options{Name: path})
		pictures := film(t, shot{mime, 64, 64, 1, 30})
		give(t, r, formats(mime), woven(slices.Concat(pictures, later(pictures, away), later(pictures, 2*away)), nil))
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		p := probe(t, path)
		times := p.times(t, "video")
		if len(times) != 3*filmRate || times[filmRate] != away.Seconds() || times[2*filmRate] != 2*away.Seconds() || math.Abs(p.duration(t)-2*away.Seconds()-1) > 0.1 {
			t.Errorf("%s: %d pictures at %v, %v s", name, len(times), times[filmRate:filmRate+2], p.duration(t))
		}
	}
}

// TestOneTrack records a camera without sound, and sound without a camera.
func TestOneTrack(t *testing.T) {
	for name, mime := range pieces() {
		for i, kind := range []string{"video", "audio"} {
			path := filepath.Join(t.TempDir(), name)
			r := newRecorder(t, Options{Name: path})
			frames := [][]peer.Frame{film(t, shot{mime, 64, 64, 3, 45}), beeps(t, 3)}[i]
			give(t, r, formats(mime)[i:i+1], woven(frames, nil))
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			p := probe(t, path)
			if d := p.duration(t); len(p.Streams) != 1 || p.Streams[0].Type != kind || p.count(kind) != len(frames) || math.Abs(d-3) > 0.06 {
				t.Errorf("%s of %s: %+v, %d frames, %v s", name, kind, p.Streams, p.count(kind), d)
			}
		}
	}
}

// TestFrozen stops the picture while the sound goes on: what comes is still
// written in time.
func TestFrozen(t *testing.T) {
	for name, mime := range pieces() {
		path := filepath.Join(t.TempDir(), name)
		r := newRecorder(t, Options{Name: path})
		give(t, r, formats(mime), woven(film(t, shot{mime, 160, 120, 1, 60}), beeps(t, 5)))
		p := probe(t, path) // it is not closed
		if d := p.duration(t); d < 3.9 || p.count("video") != filmRate {
			t.Errorf("%s: %v s, %d pictures", name, d, p.count("video"))
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if d := probe(t, path).duration(t); math.Abs(d-5) > 0.1 {
			t.Errorf("%s: %v s", name, d)
		}
	}
}

// TestPipe gives each frame to a reader before the next one comes.
func TestPipe(t *testing.T) {
	for format, mime := range map[string]string{"": webrtc.MimeTypeH264, "webm": webrtc.MimeTypeVP8, "h264": webrtc.MimeTypeH264, "mp4": webrtc.MimeTypeH264} {
		t.Run(format, func(t *testing.T) {
			pictures := film(t, shot{mime, 160, 120, 3, 40})
			var pipe bytes.Buffer
			r := newRecorder(t, Options{Name: "-", Format: format, Pipe: &pipe})
			if err := r.Begin(formats(mime)); err != nil {
				t.Fatal(err)
			}
			for i, f := range woven(pictures, beeps(t, 3)) {
				before := pipe.Len()
				if err := r.WriteFrame(f.index, f.Frame); err != nil {
					t.Fatal(err)
				}
				if grown := pipe.Len() - before; format == "" && grown < len(f.Data) {
					t.Fatalf("frame %d of %d bytes: %d came", i, len(f.Data), grown)
				}
			}
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", "-", "-f", "rawvideo", "-pix_fmt", "gray", "-fps_mode", "passthrough", "-")
			cmd.Stdin = &pipe
			var problems bytes.Buffer
			cmd.Stderr = &problems
			out, err := cmd.Output()
			if err != nil || problems.Len() > 0 {
				t.Fatalf("ffmpeg: %v\n%s", err, problems.String())
			}
			if got := len(out) / (160 * 120); got != 90 {
				t.Errorf("%d pictures came out", got)
			}
		})
	}
}

// TestBrokenPipe ends with the reader's going away.
func TestBrokenPipe(t *testing.T) {
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	r := newRecorder(t, Options{Name: "-", Pipe: writer})
	pictures := film(t, shot{webrtc.MimeTypeVP8, 160, 120, 1, 30})
	reader.Close()
	if err := r.Begin(formats(webrtc.MimeTypeVP8)); err != nil {
		t.Fatal(err)
	}
	if err := r.WriteFrame(0, pictures[0]); err == nil {
		t.Error("nobody reads, and there is no error")
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}
