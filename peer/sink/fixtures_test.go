package sink

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media/oggreader"

	"inbox/peer"
)

// ffmpeg runs it, or ffprobe, and returns what it printed.
func ffmpeg(t testing.TB, command string, args ...string) string {
	t.Helper()
	out, problems := troubled(t, command, args...)
	if problems != "" {
		t.Errorf("%s %s:\n%s", command, strings.Join(args, " "), problems)
	}
	return out
}

// troubled is ffmpeg, and what it finds wrong.
func troubled(t testing.TB, command string, args ...string) (printed, wrong string) {
	t.Helper()
	if _, err := exec.LookPath(command); err != nil {
		t.Fatalf("%s is not installed: run scripts/install codecs", command)
	}
	var out, problems bytes.Buffer
	cmd := exec.CommandContext(t.Context(), command, append([]string{"-hide_banner", "-v", "error"}, args...)...)
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s", command, strings.Join(args, " "), err, problems.String())
	}
	return out.String(), problems.String()
}

// shot is what a film is made of: a black picture that turns white for 100 ms
// with each full second, and moves a little so that frames have something to say.
type shot struct {
	mime          string
	width, height int
	seconds       float64
	group         int // pictures from one key frame to the next
}

const filmRate = 30 // pictures a second

func film(t testing.TB, s shot) []peer.Frame {
	t.Helper()
	source := fmt.Sprintf("color=black:s=%dx%d:r=%d:d=%v,noise=alls=6:allf=t,drawbox=color=white:t=fill:enable='lt(mod(t,1),0.1)'", s.width, s.height, filmRate, s.seconds)
	args := []string{"-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p", "-g", strconv.Itoa(s.group), "-threads", "2"}
	format := "ivf"
	switch s.mime {
	case webrtc.MimeTypeH264:
		format = "h264"
		args = append(args, "-c:v", "libx264", "-profile:v", "baseline", "-preset", "ultrafast", "-x264-params", "aud=1:repeat-headers=1:scenecut=0:slices=1")
	case webrtc.MimeTypeH265:
		format = "hevc"
		args = append(args, "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", fmt.Sprintf("log-level=none:aud=1:repeat-headers=1:bframes=0:scenecut=0:keyint=%d:min-keyint=%d", s.group, s.group))
	case webrtc.MimeTypeVP8:
		args = append(args, "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8")
	case webrtc.MimeTypeVP9:
		args = append(args, "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-lag-in-frames", "0", "-auto-alt-ref", "0")
	case webrtc.MimeTypeAV1:
		args = append(args, "-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-lag-in-frames", "0")
	}
	path := filepath.Join(t.TempDir(), "film."+format)
	ffmpeg(t, "ffmpeg", append(args, "-f", format, path)...)
	var units [][]byte
	data := read(t, path)
	switch format {
	case "ivf":
		for data = data[32:]; len(data) > 0; {
			n := 12 + binary.LittleEndian.Uint32(data)
			units = append(units, data[12:n])
			data = data[n:]
		}
	case "h264":
		units = cutAt(data, []byte{0, 0, 0, 1, 9})
	case "hevc":
		units = cutAt(data, []byte{0, 0, 0, 1, 70})
	}
	frames := make([]peer.Frame, 0, len(units))
	for i, u := range units {
		frames = append(frames, peer.Frame{Data: u, Time: time.Duration(i) * time.Second / filmRate, Key: i%s.group == 0})
	}
	return frames
}

// cutAt cuts before each mark.
func cutAt(b, mark []byte) (parts [][]byte) {
	for _, p := range bytes.Split(b, mark)[1:] {
		parts = append(parts, slices.Concat(mark, p))
	}
	return parts
}

// beeps returns Opus that sounds when a film is white.
func beeps(t testing.TB, seconds float64) []peer.Frame {
	t.Helper()
	path := filepath.Join(t.TempDir(), "beeps.ogg")
	ffmpeg(t, "ffmpeg", "-f", "lavfi", "-i", fmt.Sprintf("aevalsrc='0.5*lt(mod(t,1),0.1)*sin(2*PI*1000*t)':s=48000:d=%v", seconds),
		"-c:a", "libopus", "-b:a", "64k", "-ac", "2", "-page_duration", "20000", path)
	pages, _, err := oggreader.NewWith(bytes.NewReader(read(t, path)))
	if err != nil {
		t.Fatal(err)
	}
	var frames []peer.Frame
	for {
		packet, _, err := pages.ParseNextPage()
		if errors.Is(err, io.EOF) {
			return frames
		}
		if err != nil {
			t.Fatal(err)
		}
		if bytes.HasPrefix(packet, []byte("OpusTags")) {
			continue
		}
		frames = append(frames, peer.Frame{Data: packet, Time: time.Duration(len(frames)) * 20 * time.Millisecond, Key: true})
	}
}

// take is a frame of a format.
type take struct {
	index int
	peer.Frame
}

// woven returns frames in the order in which they come: by time, the sound a little later.
func woven(pictures, sound []peer.Frame) []take {
	var all []take
	for _, f := range pictures {
		all = append(all, take{0, f})
	}
	for _, f := range sound {
		all = append(all, take{1, f})
	}
	slices.SortStableFunc(all, func(a, b take) int { return int(a.Time - b.Time) })
	return all
}

// later returns frames as they would be after d.
func later(frames []peer.Frame, d time.Duration) []peer.Frame {
	moved := slices.Clone(frames)
	for i := range moved {
		moved[i].Time += d
	}
	return moved
}

func formats(mime string) []peer.Format {
	return []peer.Format{{MIME: mime, ClockRate: 90_000}, {MIME: webrtc.MimeTypeOpus, ClockRate: 48_000, Channels: 2}}
}

// record writes all frames to a file and returns its path.
func record(t testing.TB, r *Recorder, mime string, takes []take) {
	t.Helper()
	if err := r.Begin(formats(mime)); err != nil {
		t.Fatal(err)
	}
	for _, f := range takes {
		if err := r.WriteFrame(f.index, f.Frame); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

func newRecorder(t testing.TB, o Options) *Recorder {
	t.Helper()
	r, err := NewRecorder(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// probed is what ffprobe says of a file whose frames it decodes.
type probed struct {
	Streams []struct {
		Codec  string `json:"codec_name"`
		Type   string `json:"codec_type"`
		Width  int    `json:"width"`
		Height int    `json:"height"`
	} `json:"streams"`
	Frames []struct {
		Type   string `json:"media_type"`
		Time   string `json:"pts_time"`
		Width  int    `json:"width"`
		Height int    `json:"height"`
		Key    int    `json:"key_frame"`
	} `json:"frames"`
	Format struct {
		Duration string `json:"duration"`
	} `json:"format"`
}

func probe(t testing.TB, path string) probed {
	t.Helper()
	return readProbe(t, ffmpeg(t, "ffprobe", probing(path)...))
}

// probeCut is probe of a file whose last frame may not be whole: the kernel may
// cut the write of a process in two that is killed. All others are whole.
func probeCut(t testing.TB, path string) probed {
	t.Helper()
	out, _ := troubled(t, "ffprobe", probing(path)...) // of the last frame
	p := readProbe(t, out)
	times := p.times(t, "video")
	for i := 1; i < len(times); i++ {
		if gap := times[i] - times[i-1]; gap > 1.5/filmRate {
			t.Errorf("%s: there are %v s between two pictures, at %v", path, gap, times[i])
		}
	}
	return p
}

func probing(path string) []string {
	return []string{"-show_format", "-show_streams", "-show_frames", "-of", "json", path}
}

func readProbe(t testing.TB, printed string) (p probed) {
	t.Helper()
	if err := json.Unmarshal([]byte(printed), &p); err != nil {
		t.Fatal(err)
	}
	return p
}

// duration is the container's, in seconds.
func (p probed) duration(t testing.TB) float64 {
	t.Helper()
	return number(t, p.Format.Duration)
}

func (p probed) count(kind string) (n int) {
	for _, f := range p.Frames {
		if f.Type == kind {
			n++
		}
	}
	return n
}

// times returns the times of one kind of frames in seconds.
func (p probed) times(t testing.TB, kind string) (times []float64) {
	t.Helper()
	for _, f := range p.Frames {
		if f.Type == kind {
			times = append(times, number(t, f.Time))
		}
	}
	return times
}

func number(t testing.TB, s string) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func frameOf(c child) peer.Frame { return peer.Frame{Data: c.Data, Time: c.Time, Key: c.Key} }
