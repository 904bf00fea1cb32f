package source

import (
	"cmp"
	"context"
	"slices"
	"time"

	"inbox/peer"
)

// keyFrameWait is how long an encoder waits for a key frame before it says that
// the stream has none.
const keyFrameWait = time.Minute

// encodedReader is a [peer.Encoder] that encodes nothing: it gives the frames as
// they are, from a key frame on. One that is not read fast enough goes on at a
// later key frame.
type encodedReader struct {
	media *encodedMedia
	wake  chan struct{} // has one when there may be something new

	// These are guarded by media.mu.
	queue   []peer.Frame
	waiting bool          // for a key frame
	behind  bool          // because it was too slow
	since   time.Duration // when it began to wait
	err     error         // ends it alone
}

// put queues a frame. The caller holds media.mu.
func (r *encodedReader) put(f peer.Frame) {
	if len(r.queue) == encodedQueue {
		r.skip(f)
	}
	if r.waiting && !f.Key {
		r.miss(f)
		return
	}
	r.waiting, r.behind = false, false
	r.queue = append(r.queue, f)
	r.notify()
}

// skip makes room for f by leaving out what comes before the newest key frame.
func (r *encodedReader) skip(f peer.Frame) {
	n := len(r.queue)
	if !f.Key {
		n = lastKey(r.queue)
	}
	if n == 0 {
		n = len(r.queue)
		r.waiting, r.behind, r.since = true, true, f.Time
	}
	r.queue = slices.Delete(r.queue, 0, n)
	r.media.tally.add(StreamStats{Skipped: uint64(n)})
}

// miss leaves out a frame because decoding cannot begin with it.
func (r *encodedReader) miss(f peer.Frame) {
	if r.behind {
		r.media.tally.add(StreamStats{Skipped: 1})
	}
	if f.Time-r.since > keyFrameWait && r.err == nil {
		r.err = ErrNoKeyFrame
		r.notify()
	}
}

// lastKey returns the index of the last key frame, 0 if there is none.
func lastKey(frames []peer.Frame) int {
	n := len(frames) - 1
	for n > 0 && !frames[n].Key {
		n--
	}
	return n
}

func (r *encodedReader) notify() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// begun reports whether the first key frame has come.
func (r *encodedReader) begun() bool {
	r.media.mu.Lock()
	defer r.media.mu.Unlock()
	return !r.waiting
}

// Next implements [peer.Encoder].
func (r *encodedReader) Next(ctx context.Context) (peer.Frame, error) {
	for {
		f, ok, err := r.take()
		if ok || err != nil {
			return f, err
		}
		select {
		case <-ctx.Done():
			return peer.Frame{}, ctx.Err()
		case <-r.wake:
		}
	}
}

// take returns the next frame if there is one, and an error if none will come.
func (r *encodedReader) take() (f peer.Frame, ok bool, err error) {
	r.media.mu.Lock()
	defer r.media.mu.Unlock()
	if len(r.queue) == 0 {
		return peer.Frame{}, false, cmp.Or(r.err, r.media.err)
	}
	f = r.queue[0]
	r.queue = slices.Delete(r.queue, 0, 1)
	return f, true, nil
}

// Close implements [peer.Encoder].
func (r *encodedReader) Close() error {
	r.media.mu.Lock()
	defer r.media.mu.Unlock()
	r.queue = nil
	if i := slices.Index(r.media.readers, r); i >= 0 {
		r.media.readers = slices.Delete(r.media.readers, i, i+1)
	}
	return nil
}

// forcingReader is an encodedReader of a device that makes key frames when asked.
type forcingReader struct {
	*encodedReader
	peer.KeyFrameForcer
}
