package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"inbox/peer"
	"inbox/peer/sink"
)

// recordConfig is what flags say of recordings.
type recordConfig struct {
	name    string
	format  string
	force   bool
	latency seconds
	keepConfig
	networkConfig
}

// keepConfig is what flags say of many files, one after the other.
type keepConfig struct {
	split seconds
	keep  seconds
}

func keepFlags(fs *flag.FlagSet, c *keepConfig) {
	c.split, c.keep = seconds{min: time.Second}, seconds{min: time.Second}
	fs.Var(&c.split, "split", "`time` after which a recording goes on in the next file")
	fs.Var(&c.keep, "keep", "`time` after which files of recordings are removed")
}

func recordFlags(fs *flag.FlagSet, c *recordConfig) {
	c.latency = seconds{peer.DefaultLatency, time.Millisecond}
	fs.StringVar(&c.format, "format", "", "`format` to write: mp4, matroska, webm, h264, h265, ivf (default: by the file's name; a pipe is matroska)")
	fs.BoolVar(&c.force, "force", false, "overwrite what is there")
	keepFlags(fs, &c.keepConfig)
	fs.Var(&c.latency, "latency", "`time` that a lost packet is waited for")
	networkFlags(fs, &c.networkConfig)
}

func (c *recordConfig) check() error {
	if c.latency.Duration > time.Minute {
		return usagef("-latency %v is too long; want at most a minute", c.latency.Duration)
	}
	return c.networkConfig.check()
}

// errEnough says that as much is recorded as was wanted.
var errEnough = errors.New("recorded as long as was asked")

// target is where a camera's frames go, and what of it people are told.
type target struct {
	codecs   []string
	duration time.Duration // 0: no end
	onBegin  func()        // the camera has come
	make     func(peer.CameraInfo) (peer.Sink, error)
	written  func() sink.Stats
}

// target checks what the flags say before anybody is dialed.
func (c *receiveConfig) target(stdout io.Writer) (*target, error) {
	t := &target{duration: c.duration.Duration, onBegin: func() {}, written: func() sink.Stats { return sink.Stats{} }}
	if c.snapshot != "" {
		o := sink.Options{Name: c.snapshot, Pipe: stdout, Force: c.force}
		if _, err := sink.NewSnapshot(o); err != nil {
			return nil, err
		}
		t.codecs = sink.SnapshotCodecs()
		t.make = func(camera peer.CameraInfo) (peer.Sink, error) {
			o.KeyFrame = camera.KeyFrame
			return sink.NewSnapshot(o)
		}
		return t, nil
	}
	o := c.options(c.name, stdout)
	r, err := sink.NewRecorder(o)
	if err != nil {
		return nil, err
	}
	container := r.Container()
	t.codecs = append(append([]string(nil), container.Video...), container.Audio...)
	t.make = func(camera peer.CameraInfo) (peer.Sink, error) {
		o.KeyFrame = camera.KeyFrame
		r, err := sink.NewRecorder(o)
		if err != nil {
			return nil, err
		}
		t.written = r.Stats
		return r, nil
	}
	return t, nil
}

func (c *recordConfig) options(name string, stdout io.Writer) sink.Options {
	return sink.Options{Name: name, Format: c.format, Pipe: stdout, Force: c.force, Split: c.split.Duration, Keep: c.keep.Duration}
}

// open is the Viewer's Sink.
func (t *target) open(_ context.Context, camera peer.CameraInfo) (peer.Sink, error) {
	t.onBegin()
	s, err := t.make(camera)
	if err != nil {
		return nil, err
	}
	if t.duration == 0 {
		return s, nil
	}
	return &bounded{s, t.duration}, nil
}

// describe tells how the recording stands.
func (t *target) describe(s peer.Stats) string {
	if s.State != peer.Connected {
		return strings.TrimSpace(s.Camera.Name + " " + string(s.State))
	}
	w := t.written()
	loss := 0.0
	if packets := s.Packets + s.Lost; packets > 0 {
		loss = 100 * float64(s.Lost) / float64(packets)
	}
	return fmt.Sprintf("%s  %s  %s  %d pictures  %.1f %% lost", clock(s.Time), formatBytes(w.Bytes), peer.Bitrate(s.Bitrate), s.Frames, loss)
}

// bounded is a Sink that ends after some time.
type bounded struct {
	peer.Sink
	duration time.Duration
}

// WriteFrame implements [peer.Sink]; times begin at 0.
func (b *bounded) WriteFrame(index int, f peer.Frame) error {
	if f.Time >= b.duration {
		return errEnough
	}
	return b.Sink.WriteFrame(index, f)
}

// clock writes a time as 1:02:03.
func clock(d time.Duration) string {
	s := int(d.Seconds())
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

func formatBytes(n int64) string {
	if n < 1_000_000 {
		return fmt.Sprintf("%d kB", n/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
