package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/pion/webrtc/v4"

	"inbox/peer"
	"inbox/peer/source"
)

// cameraConfig is what flags say of a camera: where its picture comes from and
// how it is sent. `inbox send` and `inbox serve -camera` have them in common.
type cameraConfig struct {
	camera     string // the flag is the command's own
	source     string
	format     choice
	loop       bool
	size       size
	fps        float64
	bitrate    bitrate
	minBitrate bitrate
	codec      choice
	mic        string
	name       string
	alwaysOn   bool
	networkConfig

	stream *source.Stream // of -source, once it is open
}

func cameraFlags(fs *flag.FlagSet, c *cameraConfig) {
	c.bitrate, c.minBitrate = peer.DefaultMaxBitrate, peer.DefaultMinBitrate
	c.codec = choice{"", []string{"h264", "vp8"}}
	c.format = choice{"", []string{"h264", "vp8", "vp9", "av1"}}
	fs.StringVar(&c.source, "source", "", "`file` that is encoded already, or - for standard input: H.264 (Annex B), or VP8, VP9, AV1 in IVF")
	fs.Var(&c.format, "format", "`format` of -source, where its first bytes shall not be waited for: h264, vp8, vp9, av1")
	fs.BoolVar(&c.loop, "loop", false, "begin the file of -source again at its end")
	fs.Var(&c.size, "size", "`size` of the picture, as 1920x1080 (default: the best of the camera up to 1280x720)")
	fs.Float64Var(&c.fps, "fps", 0, "`pictures` a second (default: up to 30)")
	fs.Var(&c.bitrate, "bitrate", "`bits` a second of the picture at most, as 800k or 2.5M")
	fs.Var(&c.minBitrate, "min-bitrate", "`bits` a second of the picture at least, however narrow a viewer's way is")
	fs.Var(&c.codec, "codec", "the one `codec` to encode in: h264, vp8 (default: what each viewer can show)")
	fs.StringVar(&c.mic, "mic", "none", "`microphone`: default, a part of its name, or none; test beeps with -camera test")
	fs.StringVar(&c.name, "name", "", "`name` that viewers see (default: this machine's)")
	fs.BoolVar(&c.alwaysOn, "always-on", false, "keep the camera open while nobody watches")
	networkFlags(fs, &c.networkConfig)
}

// check finds what no single flag could know.
func (c *cameraConfig) check() error {
	if c.minBitrate == peer.DefaultMinBitrate {
		c.minBitrate = min(c.minBitrate, c.bitrate) // nobody asked for more
	}
	switch {
	case c.source != "" && c.camera != "":
		return usagef("-camera and -source are two sources; choose one")
	case c.camera == "screen" && (c.size != size{}):
		return usagef("-size is for cameras; the screen has its own")
	case c.source != "" && (c.size != size{}):
		return usagef("-size is for cameras; -source is passed on as it is")
	case c.camera == "test" && (c.size.width%2+c.size.height%2 > 0):
		return usagef("-size %s: the test pattern wants even numbers", &c.size)
	case c.minBitrate > c.bitrate:
		return usagef("-min-bitrate %s is more than -bitrate %s", &c.minBitrate, &c.bitrate)
	case c.source == "" && (c.loop || c.format.value != ""):
		return usagef("-loop and -format are for -source")
	case c.fps < 0 || c.fps > 1000:
		return usagef("-fps %v is no number of pictures a second", c.fps)
	}
	return c.networkConfig.check()
}

// open returns the source of the picture, and of sound if there is one. It says
// which device is not there yet: else nobody would hear of it before somebody watches.
func (c *cameraConfig) open(ctx context.Context, log *slog.Logger) (peer.Source, error) {
	video, err := c.openVideo(ctx)
	if err != nil {
		return nil, err
	}
	if v, ok := video.(interface{ Awaited() error }); ok && v.Awaited() != nil {
		log.Warn("the camera is not there; it is used once it is ('inbox devices' lists what there is)", "camera", c.camera, "error", v.Awaited())
	}
	if len(video.Formats()) == 0 {
		return nil, errors.New("this build cannot encode: it was made without cgo. Give it a stream that is encoded already, with -source, or build it with a C compiler (CGO_ENABLED=1)")
	}
	if c.codec.value != "" {
		if video, err = only(video, "video/"+c.codec.value); err != nil {
			return nil, err
		}
	}
	if c.mic == "none" || c.mic == "" || c.beeps() {
		return video, nil
	}
	switch err := source.FindMicrophone(c.mic); {
	case errors.Is(err, peer.ErrGone):
		log.Warn("the microphone is not there; there is no sound until it is and the camera is opened again ('inbox devices' lists what there is)", "microphone", c.mic, "error", err)
	case err != nil:
		return nil, fmt.Errorf("-mic %s: %w; -mic none goes without", c.mic, err)
	}
	return source.WithSound(video, source.NewMicrophone(c.mic)), nil
}

// beeps reports whether the test pattern shall have its own sound.
func (c *cameraConfig) beeps() bool { return c.camera == "test" && c.source == "" && c.mic == "test" }

func (c *cameraConfig) openVideo(ctx context.Context) (peer.Source, error) {
	switch {
	case c.source != "":
		return c.openStream(ctx)
	case c.camera == "test":
		return source.TestPattern(source.PatternOptions{Width: c.size.width, Height: c.size.height, FPS: c.fps, Sound: c.beeps()}), nil
	case c.camera == "screen":
		// Nobody would hear before somebody watches that there is none.
		if _, _, err := source.ScreenSize(source.ScreenOptions{FPS: c.fps}); err != nil {
			return nil, fmt.Errorf("-camera screen: %w", err)
		}
		return source.NewScreen(source.ScreenOptions{FPS: c.fps}), nil
	}
	return source.Camera(source.CameraOptions{Device: c.camera, Width: c.size.width, Height: c.size.height, FPS: c.fps, PassThrough: c.codec.value != "vp8"})
}

func (c *cameraConfig) openStream(ctx context.Context) (peer.Source, error) {
	o := source.StreamOptions{FPS: c.fps, Loop: c.loop}
	if c.format.value != "" {
		o.Format = "video/" + c.format.value
	}
	s, err := source.File(ctx, c.source, o)
	if err != nil {
		return nil, fmt.Errorf("-source %s: %w", c.source, err)
	}
	c.stream = s
	return s, nil
}

// run shares a camera until ctx ends, or the stream that it passes on: who pipes
// one in hears what is wrong with it also while nobody watches.
func (c *cameraConfig) run(ctx context.Context, camera *peer.Camera) error {
	if c.stream == nil {
		return camera.Run(ctx)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	waited := make(chan struct{})
	go func() {
		defer close(waited)
		if err := c.stream.Wait(ctx); ctx.Err() == nil {
			cancel(err)
		}
	}()
	err := camera.Run(ctx)
	cause := context.Cause(ctx)
	cancel(nil)
	<-waited
	if cause != nil && !errors.Is(cause, context.Canceled) {
		return fmt.Errorf("the source has ended: %w", cause)
	}
	return err
}

// oneFormat is a source of which one format of pictures is used.
type oneFormat struct {
	peer.Source
	formats []string
}

func (o oneFormat) Formats() []string { return o.formats }

func only(s peer.Source, mime string) (peer.Source, error) {
	formats := slices.DeleteFunc(slices.Clone(s.Formats()), func(f string) bool {
		return strings.HasPrefix(f, "video/") && !strings.EqualFold(f, mime)
	})
	if !slices.ContainsFunc(formats, func(f string) bool { return strings.EqualFold(f, mime) }) {
		hint := ""
		if strings.EqualFold(mime, webrtc.MimeTypeVP8) {
			hint = "; VP8 is in builds with -tags full"
		}
		return nil, fmt.Errorf("this source does not give -codec %s, only %s%s", strings.TrimPrefix(mime, "video/"), strings.Join(s.Formats(), ", "), hint)
	}
	return oneFormat{s, formats}, nil
}

// shownName is what viewers call the camera.
func (c *cameraConfig) shownName() string {
	if c.name != "" {
		return c.name
	}
	host, err := os.Hostname()
	if err != nil {
		return ""
	}
	return host
}
