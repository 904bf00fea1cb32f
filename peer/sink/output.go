package sink

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"syscall"
)

// ErrFull says that the disk is full. What was written before plays.
var ErrFull = errors.New("the disk is full: what was recorded so far is kept and plays; make room and start again")

// disk is what a Recorder needs of the file system; tests have one that fails.
type disk interface {
	OpenFile(name string, flag int, perm fs.FileMode) (file, error)
	Stat(name string) (fs.FileInfo, error)
	ReadDir(name string) ([]fs.DirEntry, error)
	Remove(name string) error
}

// file is an *os.File.
type file interface {
	io.Writer
	io.WriterAt
	io.Closer
	Truncate(size int64) error
}

type osDisk struct{}

func (osDisk) OpenFile(name string, flag int, perm fs.FileMode) (file, error) {
	f, err := os.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return f, nil
}
func (osDisk) Stat(name string) (fs.FileInfo, error)      { return os.Stat(name) }
func (osDisk) ReadDir(name string) ([]fs.DirEntry, error) { return os.ReadDir(name) }
func (osDisk) Remove(name string) error                   { return os.Remove(name) }

// output is a file that grows by whole pieces, or a pipe.
type output struct {
	file  file // nil: it is a pipe
	pipe  io.Writer
	owned io.Closer // the pipe, if it was opened by its name
	size  int64
}

// live says that nobody can come back to what is written, and that somebody waits for it.
func (o *output) live() bool { return o.file == nil }

// append writes a piece. One that could not be written whole leaves no trace in a file.
func (o *output) append(piece []byte) error {
	if len(piece) == 0 {
		return nil
	}
	if o.live() {
		n, err := o.pipe.Write(piece)
		o.size += int64(n)
		return outputError(err)
	}
	if _, err := o.file.WriteAt(piece, o.size); err != nil {
		return errors.Join(outputError(err), o.file.Truncate(o.size))
	}
	o.size += int64(len(piece))
	return nil
}

// patch writes over what is there. A pipe is left as it is.
func (o *output) patch(b []byte, at int64) error {
	if o.live() {
		return nil
	}
	_, err := o.file.WriteAt(b, at)
	return outputError(err)
}

func (o *output) close() error {
	switch {
	case !o.live():
		return outputError(o.file.Close())
	case o.owned != nil:
		return o.owned.Close()
	}
	return nil // it is another's
}

func outputError(err error) error {
	const windowsFull = syscall.Errno(112) // ERROR_DISK_FULL; elsewhere the number means something else
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || runtime.GOOS == "windows" && errors.Is(err, windowsFull) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}
