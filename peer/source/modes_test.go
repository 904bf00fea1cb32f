package source

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// modesOf reads modes as v4l2-ctl --list-formats-ext lists them, shortened:
// "mjpeg 640x480@30,15 1280x720@30".
func modesOf(t testing.TB, lines ...string) []Mode {
	t.Helper()
	var modes []Mode
	for _, line := range lines {
		words := strings.Fields(line)
		for _, w := range words[1:] {
			m := Mode{Format: words[0]}
			size, rates, _ := strings.Cut(w, "@")
			if _, err := fmt.Sscanf(size, "%dx%d", &m.Width, &m.Height); err != nil {
				t.Fatalf("%s: %v", w, err)
			}
			for r := range strings.SplitSeq(rates, ",") {
				var fps float64
				if _, err := fmt.Sscan(r, &fps); err == nil {
					m.FPS = append(m.FPS, fps)
				}
			}
			modes = append(modes, m)
		}
	}
	return modes
}

// cameras are what real cameras say of themselves.
func cameras(t testing.TB) map[string][]Mode {
	const c920 = " 640x480@30,24,20,15,10,7.5,5 160x90@30,24,15 320x240@30,24,15 640x360@30,24,15 800x600@30,24,15 864x480@30,24,15 960x720@30,24,15 1024x576@30,24,15 1280x720@30,24,20,15,10,7.5,5 1600x896@30,24,15 1920x1080@30,24,20,15,10,7.5,5"
	const c920Raw = "yuyv 640x480@30,24,20,15,10,7.5,5 160x90@30,24 320x240@30,24 640x360@30,24 800x600@24,20,15 864x480@24,20 960x720@15,10 1024x576@15,10 1280x720@10,7.5,5 1600x896@7.5,5 1920x1080@5 2304x1296@2 2304x1536@2"
	return map[string][]Mode{
		"C920":           modesOf(t, c920Raw, "mjpeg"+c920),
		"C920, H.264":    modesOf(t, c920Raw, "h264"+c920, "mjpeg"+c920),
		"Pi, unicam":     modesOf(t, "pRAA 3280x2464 1920x1080 1640x1232 640x480", "RG10 3280x2464 1920x1080 1640x1232 640x480", "RGGB 3280x2464 1920x1080 1640x1232 640x480"),
		"Pi, HDMI":       modesOf(t, "UYVY 1920x1080", "uyvy 1920x1080"),
		"Pi, bcm2835":    modesOf(t, "yu12 640x480 1280x720 1920x1080 2592x1944", "yuyv 640x480 1280x720 1920x1080 2592x1944", "h264 640x480 1280x720 1920x1080 2592x1944", "mjpeg 640x480 1280x720 1920x1080 2592x1944"),
		"endoscope":      modesOf(t, "mjpeg 1184x656@30 1600x1200@30,15 640x480@30 400x400@30", "yuyv 640x480@25 1184x656@9 401x400@30"),
		"H.264 alone":    modesOf(t, "h264 1920x1080@30 1280x720@30"),
		"dash camera":    modesOf(t, "h264 1920x1080@60,30 1280x720@60", "mjpeg 640x480@30"),
		"old, YUYV":      modesOf(t, "yuyv 1280x1024@7.5 1280x720@5 640x480@30,15 352x288@30"),
		"fast":           modesOf(t, "mjpeg 1280x720@120,60 640x480@260"),
		"thermal":        modesOf(t, "yuyv 80x60@9", "Y16 80x60@9"),
		"large alone":    modesOf(t, "mjpeg 3840x2160@30 1920x1080@30"),
		"infrared":       modesOf(t, "grey 640x360@30"),
		"vivid":          modesOf(t, "yuyv 320x180@60,30 640x360@30 640x480@25,12.5 1280x720@12.5", "uyvy 640x480@25 1280x720@12.5", "nv12 640x480@25 1280x720@12.5", "grey 640x480@25", "RGB3 640x480@25"),
		"nothing at all": nil,
	}
}

func TestChoose(t *testing.T) {
	full := wish{passThrough: true, encode: true, fastJPEG: true}
	with := func(change func(*wish)) wish {
		w := full
		change(&w)
		return w
	}
	size := func(width, height int) wish { return with(func(w *wish) { w.width, w.height = width, height }) }
	noCgo := wish{passThrough: true}
	lite := wish{passThrough: true, encode: true}
	encoded := with(func(w *wish) { w.passThrough = false })

	tests := []struct {
		camera string
		wish   wish
		want   choice
		err    error
		says   string // in the error
	}{
		{camera: "C920", wish: full, want: choice{"mjpeg", 1280, 720, 30}},
		{camera: "C920", wish: lite, want: choice{"yuyv", 800, 600, 24}},
		{camera: "C920", wish: size(1920, 1080), want: choice{"mjpeg", 1920, 1080, 30}},
		{camera: "C920", wish: size(640, 480), want: choice{"yuyv", 640, 480, 30}},
		{camera: "C920", wish: size(0, 600), want: choice{"mjpeg", 800, 600, 30}},
		{camera: "C920", wish: with(func(w *wish) { w.format = "yuyv" }), want: choice{"yuyv", 800, 600, 24}},
		{camera: "C920", wish: with(func(w *wish) { w.fps = 10 }), want: choice{"yuyv", 1280, 720, 10}},
		{camera: "C920", wish: with(func(w *wish) { w.fps = 12 }), want: choice{"mjpeg", 1280, 720, 15}},
		{camera: "C920", wish: with(func(w *wish) { w.fps = 60 }), err: ErrMode, says: "60 pictures a second"},
		{camera: "C920", wish: with(func(w *wish) { w.width, w.height, w.format, w.fps = 1920, 1080, "yuyv", 30 }), err: ErrMode, says: "yuyv, 1920x1080, 30 pictures a second; it has yuyv 640x480 (30, 24,"},
		{camera: "C920", wish: size(1000, 1000), err: ErrMode, says: "1280x720 (30, 24, 20, 15, 10, 7.5, 5)"},
		{camera: "C920", wish: with(func(w *wish) { w.format = "h264" }), err: ErrMode, says: "h264; it has yuyv"},
		{camera: "C920", wish: noCgo, err: errNoEncoder},
		{camera: "C920, H.264", wish: full, want: choice{"h264", 1280, 720, 30}},
		{camera: "C920, H.264", wish: encoded, want: choice{"mjpeg", 1280, 720, 30}},
		{camera: "C920, H.264", wish: noCgo, want: choice{"h264", 1280, 720, 30}},
		{camera: "C920, H.264", wish: with(func(w *wish) { w.width, w.height = 2304, 1536 }), want: choice{"yuyv", 2304, 1536, 2}},
		{camera: "Pi, unicam", wish: full, err: errUnusable, says: "rpicam-vid"},
		{camera: "Pi, unicam", wish: noCgo, err: errUnusable, says: "pRAA 3280x2464, 1920x1080"},
		{camera: "Pi, HDMI", wish: full, want: choice{"uyvy", 1920, 1080, 30}},
		{camera: "Pi, bcm2835", wish: full, want: choice{"h264", 1280, 720, 30}},
		{camera: "Pi, bcm2835", wish: encoded, want: choice{"yu12", 1280, 720, 30}},
		{camera: "endoscope", wish: full, want: choice{"mjpeg", 1184, 656, 30}},
		{camera: "endoscope", wish: lite, want: choice{"mjpeg", 640, 480, 30}},
		{camera: "endoscope", wish: size(401, 400), err: ErrMode},
		{camera: "H.264 alone", wish: full, want: choice{"h264", 1280, 720, 30}},
		{camera: "H.264 alone", wish: encoded, err: errUnusable, says: "-codec h264"},
		{camera: "dash camera", wish: full, want: choice{"h264", 1280, 720, 60}},
		{camera: "old, YUYV", wish: full, want: choice{"yuyv", 640, 480, 30}},
		{camera: "old, YUYV", wish: size(1280, 1024), want: choice{"yuyv", 1280, 1024, 7.5}},
		{camera: "fast", wish: full, want: choice{"mjpeg", 1280, 720, 60}},
		{camera: "thermal", wish: full, want: choice{"yuyv", 80, 60, 9}},
		{camera: "large alone", wish: full, want: choice{"mjpeg", 1920, 1080, 30}},
		{camera: "infrared", wish: full, want: choice{"grey", 640, 360, 30}},
		{camera: "vivid", wish: full, want: choice{"nv12", 640, 480, 25}},
		{camera: "vivid", wish: size(1280, 720), want: choice{"nv12", 1280, 720, 12.5}},
		{camera: "vivid", wish: with(func(w *wish) { w.format = "RGB3" }), err: ErrMode},
		{camera: "nothing at all", wish: full, err: errUnusable},
	}
	all := cameras(t)
	for i, tt := range tests {
		t.Run(fmt.Sprintf("%d %s", i, tt.camera), func(t *testing.T) {
			got, err := choose(all[tt.camera], tt.wish)
			if got != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("%+v: %+v, %v; want %+v, %v", tt.wish, got, err, tt.want, tt.err)
			}
			if err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%q does not say %q", err, tt.says)
			}
		})
	}
}

func TestFormatName(t *testing.T) {
	for fourCC, want := range map[string]string{
		"MJPG": "mjpeg", "JPEG": "mjpeg", "YUYV": "yuyv", "H264": "h264", "GREY": "grey", "YU12": "yu12",
		"RG10": "RG10", "Y16 ": "Y16", "Y16\xa0": "Y16", "pRAA": "pRAA", "grey": "grey",
	} {
		code := uint32(fourCC[0]) | uint32(fourCC[1])<<8 | uint32(fourCC[2])<<16 | uint32(fourCC[3])<<24
		if got := formatName(code); got != want {
			t.Errorf("%q is called %q, want %q", fourCC, got, want)
		}
	}
}

func TestModeString(t *testing.T) {
	for want, m := range map[string]Mode{
		"mjpeg  1280x720  30, 7.5 fps": {Format: "mjpeg", Width: 1280, Height: 720, FPS: []float64{30, 7.5}},
		"RG10   3280x2464":             {Format: "RG10", Width: 3280, Height: 2464},
	} {
		if got := m.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
