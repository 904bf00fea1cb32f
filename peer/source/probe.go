package source

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// probeUnits is how many frames of a file are looked at before it is played, in
// at most probeBytes.
const (
	probeUnits = 32
	probeBytes = 4 << 20
)

// errProbed ends the reading of a file whose beginning is known.
var errProbed = errors.New("enough was read")

// probe finds out a file's format, size and frame rate, and whether browsers
// play it.
func (s *Stream) probe() error {
	f, err := os.Open(s.path)
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, sniffLimit)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return err
	}
	if s.format, err = sniff(head[:n], true); err != nil {
		return err
	}
	if s.opts.Format != "" && s.opts.Format != s.format {
		return fmt.Errorf("%w: it is %s and should be %s", ErrFormat, s.format, s.opts.Format)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	seen := 0
	p := newParser(s.format, func(u unit) error {
		s.shape = u.shape
		if seen++; seen == probeUnits {
			return errProbed
		}
		return nil
	}, &tally{})
	if err := feed(p, io.LimitReader(f, probeBytes)); err != nil && !errors.Is(err, errProbed) {
		return err
	}
	if seen == 0 {
		return fmt.Errorf("%w: there is no picture at its beginning", ErrFormat)
	}
	return nil
}

// feed gives a parser all of r.
func feed(p parser, r io.Reader) error {
	buf := make([]byte, liveBuffer)
	for {
		n, err := r.Read(buf)
		if n > 0 {
			if err := p.write(buf[:n], 0); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return p.end()
		}
		if err != nil {
			return err
		}
	}
}
