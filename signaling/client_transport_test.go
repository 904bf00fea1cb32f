package signaling_test

import (
	"bytes"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"inbox/signaling"
)

// bubble is an http.RoundTripper that calls its handler in a goroutine, with
// nothing in between: so client and server can live in one synctest bubble.
// A bubble does not end before its goroutines have, so it checks for leaks too.
type bubble struct {
	handler http.Handler
}

func (b bubble) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	body, w := io.Pipe()
	answer := &bubbleAnswer{request: r, header: http.Header{}, body: body, pipe: w, begun: make(chan *http.Response, 1)}
	served := r.Clone(r.Context())
	served.RequestURI = r.URL.RequestURI()
	served.RemoteAddr = "192.0.2.1:1234"
	go func() {
		defer func() {
			if p := recover(); p != nil {
				if err, ok := p.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
					panic(p)
				}
			}
			w.CloseWithError(io.ErrUnexpectedEOF) // unless it ended well
			close(answer.begun)
		}()
		b.handler.ServeHTTP(answer, served)
		answer.WriteHeader(http.StatusOK)
		w.Close()
	}()
	select {
	case resp, ok := <-answer.begun:
		if !ok {
			return nil, io.ErrUnexpectedEOF
		}
		return resp, nil
	case <-r.Context().Done():
		body.CloseWithError(r.Context().Err())
		return nil, r.Context().Err()
	}
}

// bubbleAnswer is the http.ResponseWriter of a bubble.
type bubbleAnswer struct {
	request *http.Request
	header  http.Header
	body    *io.PipeReader
	pipe    *io.PipeWriter
	once    sync.Once
	begun   chan *http.Response
}

func (a *bubbleAnswer) Header() http.Header { return a.header }
func (a *bubbleAnswer) Flush()              { a.WriteHeader(http.StatusOK) }

func (a *bubbleAnswer) WriteHeader(status int) {
	a.once.Do(func() {
		resp := &http.Response{StatusCode: status, Header: a.header.Clone(), Request: a.request, ProtoMajor: 1, ProtoMinor: 1}
		resp.Body = &bubbleBody{a.body, a.request}
		a.begun <- resp
	})
}

func (a *bubbleAnswer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.pipe.Write(p)
}

// bubbleBody is a body whose reading ends with its request's context.
type bubbleBody struct {
	*io.PipeReader
	request *http.Request
}

func (b *bubbleBody) Read(p []byte) (int, error) {
	ctx := b.request.Context()
	done := make(chan struct{})
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		select {
		case <-ctx.Done():
			b.CloseWithError(ctx.Err())
		case <-done:
		}
	}()
	n, err := b.PipeReader.Read(p)
	close(done)
	<-gone
	if err != nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	return n, err
}

// bufferingProxy passes requests on to handler, and answers only when they are
// complete. If early, it passes the answer's header on before that.
func bufferingProxy(handler http.Handler, early bool) http.Handler {
	return &httputil.ReverseProxy{
		Transport: bubble{handler},
		ErrorLog:  log.New(io.Discard, "", 0),
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: "backend.example"})
		},
		ModifyResponse: func(resp *http.Response) error {
			buffered := &bufferedBody{from: resp.Body}
			resp.Body = buffered
			if early {
				return nil
			}
			return buffered.fill()
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			w.WriteHeader(http.StatusBadGateway)
		},
	}
}

// bufferedBody gives nothing of a body before it has all of it.
type bufferedBody struct {
	from io.ReadCloser
	data bytes.Buffer
	full bool
}

func (b *bufferedBody) fill() error {
	b.full = true
	_, err := b.data.ReadFrom(b.from)
	return err
}

func (b *bufferedBody) Read(p []byte) (int, error) {
	if !b.full {
		if err := b.fill(); err != nil {
			return 0, err
		}
	}
	return b.data.Read(p)
}

func (b *bufferedBody) Close() error { return b.from.Close() }

// withoutStreams is a server that knows no event streams.
func withoutStreams(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Accept")
		handler.ServeHTTP(w, r)
	})
}

// recorder notes the requests that come in, and hands them on with their number.
type recorder struct {
	handle func(n int, w http.ResponseWriter, r *http.Request)

	mu       sync.Mutex
	start    time.Time
	requests []recorded
}

type recorded struct {
	at     time.Duration // since the first request
	stream bool          // it asked for a stream
	key    string
	body   string
}

func (rec *recorder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rec.handle(rec.note(r), w, r)
}

// note returns the number of requests so far, r included.
func (rec *recorder) note(r *http.Request) int {
	body, _ := io.ReadAll(r.Body)
	rec.mu.Lock()
	defer rec.mu.Unlock()
	if rec.start.IsZero() {
		rec.start = time.Now()
	}
	rec.requests = append(rec.requests, recorded{
		at:     time.Since(rec.start),
		stream: r.Header.Get("Accept") == "text/event-stream",
		key:    r.Header.Get("Idempotency-Key"),
		body:   string(body),
	})
	return len(rec.requests)
}

func (rec *recorder) seen() []recorded {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	return slices.Clone(rec.requests)
}

// count returns how many streams and how many other requests were asked for.
func (rec *recorder) count() (streams, others int) {
	for _, r := range rec.seen() {
		if r.stream {
			streams++
		} else {
			others++
		}
	}
	return streams, others
}

// recording passes the requests on to handler.
func recording(handler http.Handler) *recorder {
	return &recorder{handle: func(_ int, w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }}
}

// bubbleClient returns a client of handler for the inbox id.
func bubbleClient(handler http.Handler, id string) *signaling.Client {
	return &signaling.Client{
		URL:         "http://server.example",
		Credentials: signaling.Credentials{ID: id, Password: "password"},
		HTTP:        &http.Client{Transport: bubble{handler}},
	}
}

// newMailbox returns a server without limits.
func newMailbox() http.Handler {
	return signaling.NewHandler(signaling.NewMemory(signaling.MemoryOptions{}), signaling.Options{Limits: noLimits})
}

var noLimits = signaling.Limits{RequestRate: -1, InboxRate: -1, PasswordRate: -1}

// receive returns the next n messages of c, and fails the test on an error.
func receive(t *testing.T, c *signaling.Client, n int) []signaling.Message {
	t.Helper()
	var got []signaling.Message
	for m, err := range c.Messages(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, m); len(got) == n {
			break
		}
	}
	return got
}

// errorOfMessages returns the error that ends c's messages.
func errorOfMessages(t *testing.T, c *signaling.Client) error {
	t.Helper()
	for m, err := range c.Messages(t.Context()) {
		if err != nil {
			return err
		}
		t.Fatalf("got the message %+v instead of an error", m)
	}
	return errors.New("the messages ended without an error")
}
