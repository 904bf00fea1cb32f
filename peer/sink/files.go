package sink

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// files opens one file after the other.
type files struct {
	disk    disk
	now     func() time.Time
	pipe    io.Writer // in place of all files; nil: there are some
	pattern pattern
	force   bool
	keep    time.Duration

	last   string // the name without number of the file before
	number int    // of the file before, among those of that name
}

// maxNumber bounds the search for a name that is free.
const maxNumber = 100_000

// check finds out whether there can be files, before there is anything to write.
// The error wraps ErrName.
func (f *files) check() error {
	if f.pipe != nil {
		return nil
	}
	folder := filepath.Dir(f.pattern.path(f.now(), 1))
	switch info, err := f.disk.Stat(folder); {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no folder %s: make it first, or %w", folder, ErrName)
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is not a folder: %w", folder, ErrName)
	}
	path := f.pattern.path(f.now(), 1)
	switch info, err := f.disk.Stat(path); {
	case err != nil: // it is not there, or opening it says why it cannot be
		return nil
	case info.IsDir():
		return fmt.Errorf("%s is a folder: %w", path, ErrName)
	case info.Mode().IsRegular() && !f.force:
		return errExists(path)
	}
	return nil
}

func errExists(path string) error {
	return fmt.Errorf("%s is there already: overwrite it (-force), or %w", path, ErrName)
}

// open opens the next file. The first one must not be there, those after it take
// the next number if they are. What is there and no file, a named pipe or a
// device, is written to as it is. The error wraps ErrName or the system's.
func (f *files) open() (*output, string, error) {
	if f.pipe != nil {
		return &output{pipe: f.pipe}, "-", nil
	}
	now := f.now()
	name := f.pattern.path(now, 1)
	first := f.number == 0
	if name != f.last {
		f.last, f.number = name, 0
	}
	for f.number < maxNumber {
		f.number++
		path := f.pattern.path(now, f.number)
		out, err := f.create(path)
		if errors.Is(err, fs.ErrExist) {
			if first {
				return nil, "", errExists(path)
			}
			continue
		}
		return out, path, outputError(err)
	}
	return nil, "", errExists(name)
}

// create opens a file that is not there, or is to be overwritten.
func (f *files) create(path string) (*output, error) {
	const permissions = 0o666 // less what the user's mask takes away
	if info, err := f.disk.Stat(path); err == nil && !info.Mode().IsRegular() {
		stream, err := f.disk.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return nil, err
		}
		return &output{pipe: stream, owned: stream}, nil
	}
	flags := os.O_RDWR | os.O_CREATE | os.O_EXCL
	if f.force {
		flags = os.O_RDWR | os.O_CREATE | os.O_TRUNC
	}
	opened, err := f.disk.OpenFile(path, flags, permissions)
	if err != nil {
		return nil, err
	}
	return &output{file: opened}, nil
}

// discard closes a file that could not even begin, and removes it.
func (f *files) discard(out *output, path string) error {
	err := out.close()
	if !out.live() && out.size == 0 {
		err = errors.Join(err, f.disk.Remove(path))
	}
	return err
}

// removeOld removes the files of the pattern that ended longer ago than they are kept.
func (f *files) removeOld() error {
	if f.keep == 0 || f.pipe != nil {
		return nil
	}
	folder := filepath.Dir(f.pattern.path(f.now(), 1))
	entries, err := f.disk.ReadDir(folder)
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range entries {
		if !e.Type().IsRegular() || !f.pattern.matches(e.Name()) {
			continue
		}
		info, err := e.Info()
		if err != nil || f.now().Sub(info.ModTime()) <= f.keep {
			continue // one that has just gone is gone
		}
		if err := f.disk.Remove(filepath.Join(folder, e.Name())); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func newFiles(o Options) (files, error) {
	f := files{disk: o.disk, now: o.now, force: o.Force, keep: o.Keep}
	if f.disk == nil {
		f.disk = osDisk{}
	}
	if f.now == nil {
		f.now = time.Now
	}
	if o.Name == "-" {
		f.pipe = o.Pipe
		if f.pipe == nil {
			return f, fmt.Errorf("there is no pipe to write to: %w", ErrName)
		}
		if o.Split > 0 || o.Keep > 0 {
			return f, fmt.Errorf("a pipe cannot be split or kept (-split, -keep): %w", ErrName)
		}
		return f, nil
	}
	var err error
	if f.pattern, err = parsePattern(o.Name); err != nil {
		return f, err
	}
	if f.keep > 0 && !f.pattern.timed {
		return f, fmt.Errorf("what to remove (-keep) is told by the time in the files' names, as in yard-%%Y%%m%%d-%%H%%M%%S.mp4: %w", ErrName)
	}
	return f, f.check()
}
