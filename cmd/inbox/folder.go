package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"inbox/peer"
	"inbox/peer/sink"
)

// folder is where cameras are recorded into, each in files with its name and the
// time: Kitchen-20261123-105613.mp4.
type folder struct {
	path        string
	split, keep time.Duration
	log         *slog.Logger
}

// open is the Viewer's Sink.
func (f *folder) open(_ context.Context, camera peer.CameraInfo) (peer.Sink, error) {
	return &folderSink{folder: f, camera: camera}, nil
}

// folderSink records one camera, in the container that its codec is usually in.
type folderSink struct {
	*folder
	camera    peer.CameraInfo
	container sink.Container
	*sink.Recorder
}

// Begin implements [peer.Sink].
func (s *folderSink) Begin(formats []peer.Format) error {
	mimes := make([]string, len(formats))
	for i, f := range formats {
		mimes[i] = f.MIME
	}
	if s.Recorder == nil || s.container.Check(mimes...) != nil {
		if err := s.change(mimes); err != nil {
			return err
		}
	}
	return s.Recorder.Begin(formats)
}

// change goes on in a container that has a place for the codecs.
func (s *folderSink) change(mimes []string) error {
	if err := s.Close(); err != nil {
		return err
	}
	for _, c := range sink.Containers() {
		if c.Check(mimes...) != nil {
			continue
		}
		name := filepath.Join(s.path, fileName(s.camera.Name)+"-%Y%m%d-%H%M%S."+c.Extensions[0])
		r, err := sink.NewRecorder(sink.Options{Name: name, Split: s.split, Keep: s.keep, KeyFrame: s.camera.KeyFrame})
		if err != nil {
			return err
		}
		s.container, s.Recorder = c, r
		s.log.Info("recording", "camera", s.camera.Inbox, "name", s.camera.Name, "file", name)
		return nil
	}
	return fmt.Errorf("no file has a place for %s", strings.Join(mimes, ", "))
}

// WriteFrame implements [peer.Sink].
func (s *folderSink) WriteFrame(index int, f peer.Frame) error {
	return s.Recorder.WriteFrame(index, f)
}

// Close implements [peer.Sink].
func (s *folderSink) Close() error {
	if s.Recorder == nil {
		return nil
	}
	return s.Recorder.Close()
}

// maxFileName is how many letters of a camera's name a file's may have.
const maxFileName = 64

// fileName makes what a stranger calls a camera fit for a file: letters, digits
// and little else.
func fileName(name string) string {
	if letters := []rune(name); len(letters) > maxFileName {
		name = string(letters[:maxFileName])
	}
	clean := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_", r) {
			return r
		}
		return '_'
	}, name)
	if clean = strings.Trim(clean, "_-"); clean == "" {
		return "camera"
	}
	return clean
}
