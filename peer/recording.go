package peer

import (
	"context"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"
)

// Bounds of what waits for a Sink.
const (
	maxQueued      = 512      // frames: some seconds of picture and sound
	maxQueuedBytes = 32 << 20 // of frames
)

// account counts what a camera sent and what became of it. Everybody adds to it.
type account struct {
	bytes    atomic.Int64 // of media, headers left out
	frames   atomic.Int64 // pictures that the Sink got
	packets  atomic.Int64 // that came
	lost     atomic.Int64 // packets
	repaired atomic.Int64 // packets
	dropped  atomic.Int64 // frames
	time     atomic.Int64 // of the newest frame
}

// recording takes one camera's frames to its Sink, through all sessions. put and
// begin never wait: a Sink that is slower than the camera misses whole pictures,
// up to a key frame. They are for one goroutine at a time, run is for another.
type recording struct {
	info    atomic.Pointer[CameraInfo]
	epoch   time.Time // what times are counted from until the first frame is there
	log     *slog.Logger
	account account

	queue     chan entry
	queued    atomic.Int64 // bytes in queue
	keyWanted atomic.Bool  // the Sink asked for a key frame

	formats []Format // that the queue began with last
	began   bool     // a frame was queued
	origin  time.Duration
	last    []time.Duration // of each format
	behind  bool            // pictures were left out
	missed  int64
}

// entry is a beginning or a frame.
type entry struct {
	formats []Format // not nil: what comes from now on
	index   int
	sound   bool
	frame   Frame
}

func newRecording(info CameraInfo, log *slog.Logger) *recording {
	r := &recording{epoch: time.Now(), log: log, queue: make(chan entry, maxQueued)}
	r.info.Store(&info)
	return r
}

// begin says that frames of these formats come from now on. It is false if there
// is no room to say so: nothing can come then.
func (r *recording) begin(formats []Format) bool {
	select {
	case r.queue <- entry{formats: slices.Clone(formats)}:
		r.formats = formats
		for len(r.last) < len(formats) {
			r.last = append(r.last, 0)
		}
		r.behind = r.behind || r.began // what begins anew begins with a key frame
		return true
	default:
		return false
	}
}

// put takes a frame of the format with that index, whose Time counts from the
// epoch. It is false if a key frame is needed before others make sense.
func (r *recording) put(index int, f Frame, sound bool) bool {
	if r.behind && !sound {
		if !f.Key {
			r.leaveOut()
			return r.full()
		}
		r.behind = false
	}
	if !r.began {
		r.origin = f.Time
	}
	if f.Time -= r.origin; f.Time < 0 {
		return true // sound from before the first picture
	}
	f.Time = max(f.Time, r.last[index])
	if r.full() {
		return r.overflow(sound)
	}
	select {
	case r.queue <- entry{index: index, sound: sound, frame: f}:
	default:
		return r.overflow(sound)
	}
	r.queued.Add(int64(len(f.Data)))
	r.began, r.last[index] = true, f.Time
	if r.missed > 0 && !sound {
		r.log.Warn("recording goes on", "pictures left out", r.missed-1)
		r.missed = 0
	}
	return true
}

// full reports whether the Sink has so much to do that a key frame would not help.
func (r *recording) full() bool {
	return len(r.queue) >= maxQueued || r.queued.Load() >= maxQueuedBytes
}

func (r *recording) overflow(sound bool) bool {
	if sound {
		r.account.dropped.Add(1)
	} else {
		r.miss()
	}
	return true // not now
}

// miss says that there was no room for a picture.
func (r *recording) miss() {
	if r.missed == 0 {
		r.log.Warn("what takes the recording is too slow: pictures are left out up to a key frame")
		r.missed = 1
	}
	r.behind = true
	r.leaveOut()
}

func (r *recording) leaveOut() {
	r.account.dropped.Add(1)
	if r.missed > 0 {
		r.missed++
	}
}

// close ends run, once what is queued has been written. Nothing may be put any more.
func (r *recording) close() { close(r.queue) }

// run opens the Sink when the first frames are there and writes to it until close
// or until ctx ends; it has closed it when it returns.
func (r *recording) run(ctx context.Context, open func(context.Context, CameraInfo) (Sink, error)) (err error) {
	var sink Sink
	defer func() {
		if sink == nil {
			return
		}
		if closed := sink.Close(); err == nil {
			err = closed
		}
	}()
	for e := range r.queue {
		r.queued.Add(-int64(len(e.frame.Data)))
		if ctx.Err() != nil {
			continue
		}
		if sink == nil {
			info := *r.info.Load()
			info.KeyFrame = func() { r.keyWanted.Store(true) }
			if sink, err = open(ctx, info); err != nil {
				sink = nil
				return err
			}
		}
		if e.formats != nil {
			err = sink.Begin(e.formats)
		} else if err = sink.WriteFrame(e.index, e.frame); err == nil {
			r.wrote(e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *recording) wrote(e entry) {
	r.account.time.Store(max(r.account.time.Load(), int64(e.frame.Time)))
	if !e.sound {
		r.account.frames.Add(1)
	}
}
