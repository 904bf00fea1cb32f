package sink

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pion/webrtc/v4"
)

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestEveryPair records each codec in each container that has a place for it,
// and lets ffmpeg decode every frame.
func TestEveryPair(t *testing.T) {
	const seconds = 3.5
	sound := beeps(t, seconds)
	films := map[string][]take{}
	for _, c := range Containers() {
		for _, mime := range c.Video {
			if films[mime] == nil {
				films[mime] = woven(film(t, shot{mime, 320, 240, seconds, 45}), sound)
			}
			t.Run(c.Name+" "+mime, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "film."+c.Extensions[0])
				record(t, newRecorder(t, Options{Name: path}), mime, films[mime])
				p := probe(t, path)
				if p.Streams[0].Width != 320 || p.Streams[0].Height != 240 {
					t.Errorf("the picture is %dx%d", p.Streams[0].Width, p.Streams[0].Height)
				}
				if got := p.count("video"); got != seconds*filmRate {
					t.Errorf("%d pictures of %v", got, seconds*filmRate)
				}
				if c.Name == "h264" || c.Name == "h265" {
					return // they know no time
				}
				if d := p.duration(t); math.Abs(d-seconds) > seconds*0.02 {
					t.Errorf("it lasts %v s, not %v", d, seconds)
				}
				checkSteps(t, p.times(t, "video"), 1.0/filmRate)
				if len(c.Audio) == 0 {
					return
				}
				if len(p.Streams) != 2 || p.Streams[1].Codec != "opus" {
					t.Errorf("streams: %+v", p.Streams)
				}
				checkSteps(t, p.times(t, "audio"), 0.02)
				checkSync(t, path)
			})
		}
	}
}

// checkSteps holds that frames follow each other as they were taken.
func checkSteps(t *testing.T, times []float64, step float64) {
	t.Helper()
	for i := 1; i < len(times); i++ {
		if d := times[i] - times[i-1]; math.Abs(d-step) > 0.0021 { // Matroska counts milliseconds
			t.Fatalf("from frame %d to the next: %v s", i-1, d)
		}
	}
}

// checkSync compares when the picture turns white with when it beeps.
func checkSync(t *testing.T, path string) {
	t.Helper()
	flashes, tones := onsets(t, path)
	if len(flashes) < 3 || len(tones) != len(flashes) {
		t.Fatalf("flashes at %v, tones at %v", flashes, tones)
	}
	for i := range flashes {
		if d := flashes[i] - tones[i]; math.Abs(d) > 0.04 {
			t.Errorf("flash at %v s, tone at %v s", flashes[i], tones[i])
		}
	}
}

// onsets returns when the picture turns white, and when a tone begins, in
// seconds and without the very beginning.
func onsets(t *testing.T, path string) (flashes, tones []float64) {
	t.Helper()
	rising := func(out, key string, threshold float64) (times []float64) {
		var at float64
		high := true
		for line := range strings.Lines(out) {
			if _, after, ok := strings.Cut(line, "pts_time:"); ok {
				at = number(t, strings.TrimSpace(after))
			}
			_, value, ok := strings.Cut(strings.TrimSpace(line), key+"=")
			if !ok {
				continue
			}
			level := -200.0 // of silence, "-inf"
			if value != "-inf" {
				level = number(t, value)
			}
			if level > threshold && !high {
				times = append(times, at)
			}
			high = level > threshold
		}
		return times
	}
	const luma, volume = "lavfi.signalstats.YAVG", "lavfi.astats.Overall.RMS_level"
	video := ffmpeg(t, "ffmpeg", "-i", path, "-an", "-vf", "signalstats,metadata=print:key="+luma+":file=-", "-f", "null", "-")
	audio := ffmpeg(t, "ffmpeg", "-i", path, "-vn", "-af", "asetnsamples=480,astats=metadata=1:reset=1,ametadata=print:key="+volume+":file=-", "-f", "null", "-")
	return rising(video, luma, 100), rising(audio, volume, -30)
}

func TestFind(t *testing.T) {
	tests := []struct{ name, format, want string }{
		{"yard.mp4", "", "mp4"},
		{"YARD.MKV", "", "matroska"},
		{"-", "", "matroska"},
		{"-", "h264", "h264"},
		{"yard", "webm", "webm"},
		{"yard.film", "mkv", "matroska"},
		{"yard.mp4", "mkv", ""},
		{"yard.avi", "", ""},
		{"yard", "", ""},
		{"yard.mp4", "gif", ""},
	}
	for _, tt := range tests {
		c, err := Find(tt.name, tt.format)
		if c.Name != tt.want || (err == nil) != (tt.want != "") || err != nil && !errors.Is(err, ErrContainer) {
			t.Errorf("Find(%q, %q) = %q, %v", tt.name, tt.format, c.Name, err)
		}
	}
}

func TestCheck(t *testing.T) {
	tests := []struct {
		name  string
		mimes []string
		want  string // in the error; "": there is none
	}{
		{"a.mp4", []string{webrtc.MimeTypeVP8, webrtc.MimeTypeOpus}, "webm (.webm)"},
		{"a.webm", []string{"VIDEO/h264"}, "mp4 (.mp4) or matroska (.mkv) or h264 (.h264)"},
		{"a.mp4", []string{webrtc.MimeTypeVP8, webrtc.MimeTypeH264}, ""},
		{"a.ivf", []string{webrtc.MimeTypeVP8, webrtc.MimeTypeOpus}, ""},
		{"a.mp4", []string{webrtc.MimeTypeOpus}, ""},
		{"a.ivf", []string{webrtc.MimeTypeOpus}, "mp4"},
		{"a.mp4", []string{"video/flash"}, "no format"},
		{"a.mp4", nil, "neither"},
	}
	for _, tt := range tests {
		c, err := Find(tt.name, "")
		if err != nil {
			t.Fatal(err)
		}
		err = c.Check(tt.mimes...)
		if tt.want == "" && err != nil || tt.want != "" && (!errors.Is(err, ErrContainer) || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s with %v: %v", tt.name, tt.mimes, err)
		}
	}
}
