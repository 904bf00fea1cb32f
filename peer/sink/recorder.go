package sink

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"sync"
	"time"

	"inbox/peer"
)

// Options of a Recorder.
type Options struct {
	// Name is the file's, "-" for Pipe. Letters behind percent signs stand for the
	// time at which a file begins, as strftime has them: yard-%Y%m%d-%H%M%S.mp4.
	Name string
	// Format is the Name of a Container; "" goes by the file's name.
	Format string
	// Pipe is what "-" means. It is not closed.
	Pipe io.Writer
	// Force overwrites a file that is there.
	Force bool
	// Split begins the next file after that time, with a key frame; 0: never.
	Split time.Duration
	// Keep removes, with each file that begins, those of the Name's pattern that
	// ended longer ago; 0: none. It wants a Name that has the time in it.
	Keep time.Duration
	// KeyFrame asks the camera for a key frame: one is due for the next file, or
	// players could not seek. It is called by WriteFrame, must not wait, and may be nil.
	KeyFrame func()

	now  func() time.Time
	disk disk
}

// Recorder is a [peer.Sink] that writes files, one after the other where that
// was asked for or the camera's formats change, or a pipe. A file begins with
// the first key frame that comes; sound before it is left out. Of each kind of
// track it takes the first.
type Recorder struct {
	container Container
	split     time.Duration
	files     files
	keyFrame  func()

	formats []peer.Format
	chosen  []int   // the formats' indices of tracks
	tracks  []track // that a file has
	needKey bool    // the next picture must be a key frame
	lastKey time.Duration
	asked   time.Duration // when a key frame was asked for
	current *recording
	err     error // that ended it

	mu    sync.Mutex
	stats Stats // guarded by mu
}

// How often a camera is asked for key frames.
const (
	keyEvery = 10 * time.Second // for players to seek by
	askEvery = time.Second      // while one is missing
)

// NewRecorder checks everything that can be known before there is a camera: the
// format, the name, the folder. Errors wrap ErrContainer or ErrName.
func NewRecorder(o Options) (*Recorder, error) {
	c, err := Find(o.Name, o.Format)
	if err != nil {
		return nil, err
	}
	f, err := newFiles(o)
	if err != nil {
		return nil, err
	}
	if o.KeyFrame == nil {
		o.KeyFrame = func() {}
	}
	return &Recorder{container: c, split: o.Split, files: f, keyFrame: o.KeyFrame, asked: -askEvery}, nil
}

// Container is what is written.
func (r *Recorder) Container() Container { return r.container }

// Begin implements [peer.Sink]. With other formats than before, the present
// file ends. The error wraps ErrContainer if there is no place for them.
func (r *Recorder) Begin(formats []peer.Format) error {
	if r.err != nil {
		return r.err
	}
	r.needKey = true
	if slices.Equal(formats, r.formats) {
		return nil
	}
	if err := r.end(); err != nil {
		return r.fail(err)
	}
	mimes := make([]string, len(formats))
	for i, f := range formats {
		mimes[i] = f.MIME
	}
	if err := r.container.Check(mimes...); err != nil {
		return r.fail(err)
	}
	r.formats, r.chosen, r.tracks = slices.Clone(formats), nil, nil
	for _, video := range []bool{true, false} {
		for i, f := range formats {
			if isVideo(f.MIME) == video && r.container.takes(f.MIME) && f.ClockRate > 0 {
				r.chosen = append(r.chosen, i)
				r.tracks = append(r.tracks, track{Format: f, video: video})
				break
			}
		}
	}
	if len(r.tracks) == 0 {
		return r.fail(fmt.Errorf("the camera's formats %w: they have no clock", ErrContainer))
	}
	return nil
}

// WriteFrame implements [peer.Sink]. Errors end the Recorder: they wrap ErrFull,
// ErrName or the system's.
func (r *Recorder) WriteFrame(index int, f peer.Frame) error {
	if r.err != nil {
		return r.err
	}
	i := slices.Index(r.chosen, index)
	if i < 0 {
		return nil
	}
	if i == 0 {
		ready, err := r.lead(f)
		if err != nil {
			return r.fail(err)
		}
		if !ready {
			return nil
		}
	}
	if r.current == nil {
		return nil
	}
	return r.fail(r.write(i, f))
}

// lead looks at a frame of the first track, which says where files begin.
func (r *Recorder) lead(f peer.Frame) (ready bool, err error) {
	due := r.current == nil || r.split > 0 && f.Time-r.current.origin >= r.split
	key := f.Key || !r.tracks[0].video
	r.wantKey(f.Time, key, due || r.needKey)
	if !key {
		return !r.needKey, nil
	}
	if due {
		if ready, err = r.next(f); !ready {
			return false, err
		}
	}
	r.needKey = false
	return true, nil
}

// wantKey asks for a key frame if one is missing, or the last was long ago.
func (r *Recorder) wantKey(now time.Duration, key, missing bool) {
	switch {
	case key:
		r.lastKey, r.asked = now, now-askEvery
	case (missing || now-r.lastKey >= keyEvery) && now-r.asked >= askEvery:
		r.asked = now
		r.keyFrame()
	}
}

// next begins the next file with a key frame. One that cannot be read is no beginning.
func (r *Recorder) next(f peer.Frame) (ready bool, err error) {
	if r.tracks[0].video {
		s, err := readSetup(r.tracks[0].MIME, f.Data)
		if err != nil {
			r.damaged()
			r.needKey = r.needKey || r.current == nil
			return r.current != nil, nil
		}
		r.tracks[0].setup = s
	}
	if err := r.end(); err != nil {
		return false, err
	}
	if err := r.files.removeOld(); err != nil {
		return false, err
	}
	out, name, err := r.files.open()
	if err != nil {
		return false, err
	}
	m, err := r.container.open(out, slices.Clone(r.tracks))
	if err != nil {
		return false, errors.Join(err, r.files.discard(out, name))
	}
	r.current = &recording{out: out, muxer: m, origin: f.Time}
	r.began(name)
	return true, nil
}

// write gives a frame to the present file.
func (r *Recorder) write(i int, f peer.Frame) error {
	at := f.Time - r.current.origin
	if at < 0 {
		return nil // sound from before the first picture
	}
	t := r.tracks[i]
	data, err := r.container.form(t.MIME, f.Data)
	if err != nil || len(data) == 0 {
		r.damaged()
		r.needKey = r.needKey || i == 0 // those after it need it
		return nil
	}
	s := sample{data: data, time: at, key: f.Key || !t.video}
	err = r.current.muxer.write(i, s)
	r.count(t.video, at+t.usual(s))
	return err
}

// fail remembers what ended the Recorder.
func (r *Recorder) fail(err error) error {
	if err != nil {
		r.err = err
	}
	return err
}

// end ends the present file. After a failure it is left as it is: whole up to there.
func (r *Recorder) end() error {
	if r.current == nil {
		return nil
	}
	var err error
	if r.err == nil {
		err = r.current.muxer.finish()
		r.count(false, 0)
	}
	err = errors.Join(err, r.current.out.close())
	r.current = nil
	return err
}

// Close implements [peer.Sink]. It may be called twice.
func (r *Recorder) Close() error {
	err := r.end()
	if r.fail(err) == nil && r.err == nil {
		r.err = fmt.Errorf("the recording: %w", fs.ErrClosed)
	}
	return err
}
