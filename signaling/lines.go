package signaling

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// A line is a connection taken over from net/http (http.Hijacker) because its
// answer takes long: a stream, or a GET that has waited for parkedAfter. What
// net/http keeps for a request in flight (two buffers of 4 KiB, a grown stack,
// the request) is then free again, which is most of what a waiting reader
// costs; BenchmarkParkedGets compares the two. The answer ends with the
// connection (RFC 9112, section 6.3), so lines are for plain HTTP/1.1 only, as
// proxies speak it: under TLS the client would have to shake hands again.

// parkedAfter is how long a GET waits before its connection is taken over: one
// that is answered sooner keeps its connection for the next request.
const parkedAfter = time.Second

// closingTime is how long the lines have to say that the server stops.
const closingTime = time.Second

// keptBuffer is the size in bytes up to which a line keeps its buffer for the
// next event: that of a browser's offer.
const keptBuffer = 2 << 10

// fullBuffer is the size in bytes from which a line sends its buffer though
// more is to follow.
const fullBuffer = 64 << 10

// lines owns the goroutines and connections of all lines. The zero value takes
// over nothing.
type lines struct {
	mu      sync.Mutex
	ctx     context.Context // nil outside of run
	conns   map[net.Conn]struct{}
	running sync.WaitGroup
}

// run lets lines be opened until ctx ends, and returns when all have ended.
func (l *lines) run(ctx context.Context) error {
	l.mu.Lock()
	l.ctx, l.conns = ctx, make(map[net.Conn]struct{})
	l.mu.Unlock()
	<-ctx.Done()
	cut := time.AfterFunc(closingTime, l.cut)
	defer cut.Stop()
	l.close()
	l.running.Wait()
	return ctx.Err()
}

// close keeps lines from being opened.
func (l *lines) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ctx = nil
}

func (l *lines) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for conn := range l.conns {
		conn.Close()
	}
}

// open takes over x's connection and answers it by f, in a goroutine of its
// own, so that ServeHTTP can return. It reports whether it could; if not,
// nothing has happened to x.
func (l *lines) open(x *exchange, f func(*exchange)) bool {
	if x.r.TLS != nil || x.r.ProtoMajor != 1 {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ctx == nil {
		return false
	}
	conn, _, err := http.NewResponseController(x.w).Hijack()
	if err != nil {
		return false
	}
	x.begun = true // by net/http's lights
	ctx, cancel := context.WithCancel(l.ctx)
	taken := &exchange{
		w:       &line{conn: conn},
		r:       x.slimRequest(ctx),
		address: x.address,
		owner:   x.owner,
		allow:   x.allow,
		applied: x.applied,
	}
	l.conns[conn] = struct{}{}
	l.running.Go(func() {
		defer l.remove(conn)
		f(taken)
	})
	l.running.Go(func() {
		defer cancel()
		discardInput(conn)
	})
	return true
}

func (l *lines) remove(conn net.Conn) {
	conn.Close()
	l.mu.Lock()
	delete(l.conns, conn)
	l.mu.Unlock()
}

// discardInput returns when the client has gone. One that sends more meanwhile
// gets no answer to it: the connection is about to end.
func discardInput(conn net.Conn) {
	var b [64]byte
	for {
		if _, err := conn.Read(b[:]); err != nil {
			return
		}
	}
}

// slimRequest is what an answer needs of x's request.
func (x *exchange) slimRequest(ctx context.Context) *http.Request {
	slim := &http.Request{Method: x.r.Method, URL: &url.URL{Path: x.r.URL.Path}}
	if origin := x.r.Header["Origin"]; origin != nil {
		slim.Header = http.Header{"Origin": origin}
	}
	return slim.WithContext(ctx)
}

// line is the http.ResponseWriter of a connection that was taken over.
type line struct {
	conn   net.Conn
	header http.Header // nil once it is written
	begun  bool
	out    []byte // what Flush will send
	armed  time.Time
}

// Header implements [http.ResponseWriter].
func (l *line) Header() http.Header {
	if l.header == nil {
		l.header = make(http.Header)
	}
	return l.header
}

// WriteHeader implements [http.ResponseWriter].
func (l *line) WriteHeader(status int) {
	if l.begun {
		return
	}
	l.begun = true
	var head bytes.Buffer
	head.WriteString("HTTP/1.1 " + strconv.Itoa(status) + " " + http.StatusText(status) + "\r\n")
	header := l.Header()
	header["Connection"] = []string{"close"}
	header["Date"] = []string{time.Now().UTC().Format(http.TimeFormat)}
	header.Write(&head) // a Buffer takes everything
	head.WriteString("\r\n")
	l.out = append(l.out, head.Bytes()...)
	l.header = nil
}

// Write implements [http.ResponseWriter].
func (l *line) Write(p []byte) (int, error) {
	l.WriteHeader(http.StatusOK)
	l.out = append(l.out, p...)
	return len(p), l.full()
}

// WriteString implements [io.StringWriter].
func (l *line) WriteString(s string) (int, error) {
	l.WriteHeader(http.StatusOK)
	l.out = append(l.out, s...)
	return len(s), l.full()
}

// full sends what was written if it is much.
func (l *line) full() error {
	if len(l.out) < fullBuffer {
		return nil
	}
	return l.FlushError()
}

// SetWriteDeadline does nothing, for [http.ResponseController]: FlushError has
// deadlines of its own.
func (l *line) SetWriteDeadline(time.Time) error { return nil }

// FlushError sends what was written, for [http.ResponseController].
func (l *line) FlushError() error {
	// A deadline costs a timer: under load it is moved only now and then.
	if now := time.Now(); now.Sub(l.armed) > writeTimeout/10 {
		l.armed = now
		l.conn.SetWriteDeadline(now.Add(writeTimeout))
	}
	if len(l.out) == 0 {
		return nil
	}
	_, err := l.conn.Write(l.out)
	l.out = l.out[:0]
	if cap(l.out) > keptBuffer {
		l.out = nil
	}
	return err
}
