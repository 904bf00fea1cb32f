package source

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/pion/webrtc/v4"

	"inbox/peer"
)

// StreamOptions configure a [Stream]. The zero value of every field is its default.
type StreamOptions struct {
	// Format is the MIME type of what comes: H.264 with start codes, or VP8, VP9 or
	// AV1 in IVF. By default it is found out from the first bytes.
	Format string
	// Patience is how long the first bytes of a live stream are waited for; default
	// 15 s. With a Format nobody waits.
	Patience time.Duration
	// FPS is at how many pictures a second a file of H.264 is played; by default as
	// it says itself, or 30.
	FPS float64
	// Loop begins a file again at its end.
	Loop bool
}

func (o StreamOptions) withDefaults() StreamOptions {
	o.Patience = cmp.Or(o.Patience, 15*time.Second)
	return o
}

// Stream is a [peer.Source] that is already encoded, and passed on as it is.
//
// A file is played in real time, from its beginning whenever it is opened. A
// live stream is read all the time and as fast as it comes, so that the program
// that writes it is never held up (one that reads a file must keep time itself,
// as ffmpeg -re does); what comes while nobody watches is dropped, and a Media
// goes on with what is live. Closing a Media closes neither.
type Stream struct {
	format string
	opts   StreamOptions
	path   string // of a file
	live   *live  // nil for a file
	shape  shape  // of a file
	tally  *tally
}

// File returns a Source of a file, or of standard input where path is "-". What
// is no regular file (a named pipe) is read as by [Live]; opening it may wait
// for the program at its other end, whatever ctx says. The errors wrap
// [ErrFormat], [ErrBFrames], [ErrProfile] or those of package os.
func File(ctx context.Context, path string, o StreamOptions) (*Stream, error) {
	if path == "-" {
		if err := checkStandardInput(os.Stdin); err != nil {
			return nil, err
		}
		return Live(ctx, "standard input", os.Stdin, o)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%w: %s is a directory", ErrFormat, path)
	}
	if !info.Mode().IsRegular() {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		return Live(ctx, path, f, o)
	}
	o = o.withDefaults()
	if o.Format, err = passedThrough(o.Format); err != nil {
		return nil, err
	}
	s := &Stream{opts: o, path: path, tally: &tally{}}
	if err := s.probe(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// checkStandardInput returns an error for what nobody would have meant.
func checkStandardInput(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("standard input: %w", err)
	}
	switch {
	case info.Mode()&os.ModeCharDevice != 0:
		return fmt.Errorf("%w: standard input is a terminal; pipe a stream into it (rpicam-vid -t 0 --codec h264 --inline -o - | ...)", ErrFormat)
	case info.Mode().IsRegular():
		return fmt.Errorf("%w: standard input is a file; give its name, so that it is played in real time", ErrFormat)
	}
	return nil
}

// Live returns a Source of a stream that comes as it is made. It owns in from
// then on and reads it until it ends or [Stream.Close] is called; name is for
// error messages. Without a Format in o it waits for the first bytes; the errors
// are those of ctx, io.EOF or as of [File]. After any of them in is closed.
func Live(ctx context.Context, name string, in io.ReadCloser, o StreamOptions) (*Stream, error) {
	o = o.withDefaults()
	format, err := passedThrough(o.Format)
	if err != nil {
		in.Close()
		return nil, err
	}
	l := startLive(name, in, format)
	if o.Format == "" {
		if err := l.awaitFormat(ctx, o.Patience); err != nil {
			l.close()
			return nil, err
		}
	}
	return &Stream{format: l.knownFormat(), opts: o, live: l, tally: &l.tally}, nil
}

// passedThrough returns a format as package webrtc spells it; "" stays.
func passedThrough(format string) (string, error) {
	for _, known := range []string{"", webrtc.MimeTypeH264, webrtc.MimeTypeVP8, webrtc.MimeTypeVP9, webrtc.MimeTypeAV1} {
		if strings.EqualFold(format, known) {
			return known, nil
		}
	}
	return "", fmt.Errorf("%w: %s cannot be passed through; H.264, VP8, VP9 and AV1 can", ErrFormat, format)
}

// Formats implements [peer.Source].
func (s *Stream) Formats() []string { return []string{s.format} }

// Open implements [peer.Source]. A live stream that has ended cannot be opened
// again: the error is the one that ended it, io.EOF at its end.
func (s *Stream) Open(context.Context) (peer.Media, error) {
	if s.live != nil {
		return s.live.open()
	}
	return s.play(), nil
}

// Wait returns when a live stream is over, with what ended it: io.EOF at its end.
// It returns the error of ctx when that ends before; a file is never over.
func (s *Stream) Wait(ctx context.Context) error {
	if s.live == nil {
		<-ctx.Done()
		return ctx.Err()
	}
	select {
	case <-s.live.done:
		return s.live.why()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Stats returns the present figures.
func (s *Stream) Stats() StreamStats { return s.tally.read() }

// Close stops reading a live stream and ends what is open of it; for a file
// there is nothing to do. It waits until nothing is read any more, except where
// a read cannot be interrupted: that of standard input ends with the program.
func (s *Stream) Close() error {
	if s.live == nil {
		return nil
	}
	return s.live.close()
}
