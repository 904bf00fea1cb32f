package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"inbox/peer"
)

// liveBuffer is what is read at once: as much as a pipe of Linux holds.
const liveBuffer = 64 << 10

// driftLimit is how far a stream's own time may be from the clock before it is
// no longer believed: the stream paused, or another encoder goes on with it.
const driftLimit = time.Second

// live reads a stream for as long as it lasts and hands its frames to whatever
// Medias are open.
type live struct {
	name  string
	in    io.ReadCloser
	tally tally
	start time.Time
	known chan struct{} // closed by know when format or err is known
	know  func()
	done  chan struct{} // closed when nothing is read any more

	// The stream's time and the clock's at the same moment; used by publish alone.
	ptsAt, cameAt time.Duration
	timed         bool

	mu     sync.Mutex
	format string
	shape  shape
	medias []*liveMedia
	err    error // why the stream is over
}

// liveMedia is an encodedMedia and when it was opened, since the stream's start.
type liveMedia struct {
	*encodedMedia
	opened time.Duration
}

func startLive(name string, in io.ReadCloser, format string) *live {
	l := &live{
		name:   name,
		in:     in,
		format: format,
		start:  time.Now(),
		known:  make(chan struct{}),
		done:   make(chan struct{}),
	}
	l.know = sync.OnceFunc(func() { close(l.known) })
	go l.run()
	return l
}

// run reads until the stream ends.
func (l *live) run() {
	defer close(l.done)
	format, head, err := l.recognise()
	if err == nil {
		l.know()
		err = l.read(format, head)
	}
	l.end(err)
}

// recognise reads until the format is known, and returns what it has read.
func (l *live) recognise() (format string, head []byte, err error) {
	buf := make([]byte, sniffLimit)
	for format == "" && err == nil {
		var n int
		n, err = l.in.Read(buf)
		head = append(head, buf[:n]...)
		if err != nil && (len(head) == 0 || !errors.Is(err, io.EOF)) {
			break
		}
		format, err = sniff(head, err != nil)
	}
	if err != nil {
		return "", nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.format != "" && l.format != format {
		return "", nil, fmt.Errorf("%w: it is %s and should be %s", ErrFormat, format, l.format)
	}
	l.format = format
	l.shape = ivfShape(head) // the first picture may come much later, from a slow encoder
	return format, head, nil
}

// read cuts the stream into frames, the first bytes of which are head.
func (l *live) read(format string, head []byte) error {
	u := newPump(newParser(format, l.publish, &l.tally))
	err := u.write(head, time.Since(l.start), false)
	buf := make([]byte, liveBuffer)
	for err == nil {
		var n int
		n, err = l.in.Read(buf)
		if n > 0 {
			if err := u.write(buf[:n], time.Since(l.start), n == len(buf)); err != nil {
				return err
			}
		}
	}
	if err := u.end(); err != nil {
		return err
	}
	return err
}

// publish gives a frame to every open Media.
func (l *live) publish(u unit) error {
	t := l.clock(u)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.shape = u.shape
	for _, m := range l.medias {
		m.publish(u, t-m.opened)
	}
	return nil
}

// clock returns when a frame was taken, since the stream's start: by the
// stream's own time where it has one.
func (l *live) clock(u unit) time.Duration {
	if u.pts < 0 {
		return u.came
	}
	t := l.cameAt + u.pts - l.ptsAt
	if l.timed && (t-u.came).Abs() < driftLimit {
		return t
	}
	l.timed, l.ptsAt, l.cameAt = true, u.pts, u.came
	return u.came
}

// end ends what is open and lets nothing be opened any more.
func (l *live) end(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !errors.Is(err, io.EOF) {
		err = fmt.Errorf("%s: %w", l.name, err)
	}
	if l.err == nil {
		l.err = err
	}
	for _, m := range l.medias {
		m.end(l.err)
	}
	l.know()
}

func (l *live) open() (peer.Media, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if errors.Is(l.err, io.EOF) {
		return nil, fmt.Errorf("%s has ended: %w", l.name, io.EOF)
	}
	if l.err != nil {
		return nil, l.err
	}
	m := &liveMedia{newEncodedMedia(l.format, &l.tally), time.Since(l.start)}
	m.shape = l.shape
	m.release = func() error { l.leave(m); return nil }
	l.medias = append(l.medias, m)
	return m, nil
}

func (l *live) leave(m *liveMedia) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.medias = slices.DeleteFunc(l.medias, func(other *liveMedia) bool { return other == m })
}

// why returns what ended the stream.
func (l *live) why() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

func (l *live) knownFormat() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.format
}

// awaitFormat waits until the format is known, or the stream refused.
func (l *live) awaitFormat(ctx context.Context, patience time.Duration) error {
	impatient := time.NewTimer(patience)
	defer impatient.Stop()
	select {
	case <-l.known:
	case <-ctx.Done():
		return ctx.Err()
	case <-impatient.C:
		return fmt.Errorf("%w: nothing came on %s within %v; does the program that should write to it run?", ErrFormat, l.name, patience)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.format == "" {
		if errors.Is(l.err, io.EOF) {
			return fmt.Errorf("%s ended before a picture came: %w", l.name, io.EOF)
		}
		return l.err
	}
	return nil
}

// close stops reading.
func (l *live) close() error {
	l.end(io.EOF)
	interruptible := true
	if f, ok := l.in.(*os.File); ok {
		interruptible = f.SetReadDeadline(time.Now()) == nil
	}
	err := l.in.Close()
	if interruptible {
		<-l.done
	}
	return err
}
