package source

import (
	"context"
	"io"
	"sync"
	"time"
)

// device is an open device that gives pictures or sound, see [pictures] and [sounds].
type device[T any] interface {
	next(ctx context.Context) (T, error)
	io.Closer
}

// fanout reads a device and hands what it gives to every outlet. An outlet
// that is slow delays neither the device nor the others.
type fanout[T any] struct {
	device device[T]
	opened time.Time
	cancel context.CancelFunc

	closing sync.Once
	ended   chan struct{} // closed when read returns; err is set before
	err     error

	mu      sync.Mutex
	any     bool // the device gave something already
	last    T    // so that a new outlet need not wait
	outlets map[*outlet[T]]struct{}
}

// newFanout reads the device until it ends or the fanout is closed. The device
// is the fanout's to close.
func newFanout[T any](ctx context.Context, d device[T]) *fanout[T] {
	reading, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f := &fanout[T]{
		device:  d,
		opened:  openedAt(d),
		cancel:  cancel,
		ended:   make(chan struct{}),
		outlets: make(map[*outlet[T]]struct{}),
	}
	go f.read(reading)
	return f
}

// openedAt returns the origin of the times that d gives. What started some time
// before it was handed over tells by a method of this name.
func openedAt(d any) time.Time {
	if d, ok := d.(interface{ openedAt() time.Time }); ok {
		return d.openedAt()
	}
	return time.Now()
}

func (f *fanout[T]) openedAt() time.Time { return f.opened }

func (f *fanout[T]) read(ctx context.Context) {
	defer close(f.ended)
	for {
		v, err := f.device.next(ctx)
		if ctx.Err() != nil {
			err = io.EOF
		}
		if err != nil {
			f.err = err
			return
		}
		f.mu.Lock()
		f.any, f.last = true, v
		for o := range f.outlets {
			o.offer(v)
		}
		f.mu.Unlock()
	}
}

// outlet returns an outlet that holds so many, the newest.
func (f *fanout[T]) outlet(capacity int) *outlet[T] {
	o := &outlet[T]{from: f, queue: make(chan T, capacity)}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.outlets[o] = struct{}{}
	if f.any {
		o.offer(f.last)
	}
	return o
}

// Close closes the device and waits until it is no longer read.
func (f *fanout[T]) Close() error {
	var err error
	f.closing.Do(func() {
		f.cancel()
		err = f.device.Close()
	})
	<-f.ended
	return err
}

// outlet is where one reader takes what a device gives.
type outlet[T any] struct {
	from  *fanout[T]
	queue chan T
}

// offer puts v in the queue, in place of the oldest if it is full. The
// fanout's mutex is held.
func (o *outlet[T]) offer(v T) {
	select {
	case o.queue <- v:
		return
	default:
	}
	select {
	case <-o.queue:
	default: // the reader was here meanwhile
	}
	o.queue <- v
}

// next waits for what comes; its errors are those of peer.Encoder's Next.
func (o *outlet[T]) next(ctx context.Context) (T, error) {
	var none T
	select {
	case v := <-o.queue:
		return v, nil
	case <-o.from.ended:
		return none, o.from.err
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

// close ends the outlet; the device stays open.
func (o *outlet[T]) close() {
	o.from.mu.Lock()
	defer o.from.mu.Unlock()
	delete(o.from.outlets, o)
}
