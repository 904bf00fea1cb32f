package signaling

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"golang.org/x/time/rate"
)

// Handler serves a [Store] over HTTP, as the resources /inbox and /ice-servers;
// every other path is a 404. When the contexts of its requests end (cancel the
// http.Server's BaseContext), every waiting GET is answered with 204 and every
// stream ends. It has goroutines of its own only while [Handler.Run] runs.
//
// The http.Server around it cuts clients whose headers are slow
// (ReadHeaderTimeout) and keep-alive connections that are idle (IdleTimeout).
// It has no ReadTimeout and no WriteTimeout, which would cut waiting GETs: the
// Handler bounds the reading of bodies and the writing of answers itself.
type Handler struct {
	store     Store
	opts      Options
	resources map[string]resource // by path
	limits    *limiter
	cors      cors
	ice       []byte // the answer of GET /ice-servers
	lines     lines
	refused   map[string]bool
	log       *slog.Logger
	warn      rate.Sometimes // keeps a flood of refused requests from flooding the log
}

// resource is what one path serves, by method.
type resource struct {
	allow   string // the value of Allow
	methods map[string]func(*exchange) error
}

// exchange is one request and what has become known about it.
type exchange struct {
	w       http.ResponseWriter
	r       *http.Request
	address netip.Addr // the client's, as the limits count it
	owner   Credentials
	proven  bool   // whether owner's password was right before
	allow   string // the resource's methods
	applied string // the value of Preference-Applied, if any
	begun   bool   // whether the answer has gone out, so that no error can replace it
}

// errGone says that the client went away in the middle of its answer: there is
// nobody left to tell.
var errGone = errors.New("client gone")

// errTakenOver says that a line answers in place of ServeHTTP.
var errTakenOver = errors.New("taken over")

// NewHandler returns the Handler of store.
func NewHandler(store Store, opts Options) *Handler {
	opts.MaxWait = cmp.Or(opts.MaxWait, 25*time.Second)
	opts.Heartbeat = cmp.Or(opts.Heartbeat, 15*time.Second)
	opts.StreamLength = cmp.Or(opts.StreamLength, 100)
	opts.MaxBody = cmp.Or(opts.MaxBody, 64<<10)
	h := &Handler{
		store:   store,
		opts:    opts,
		limits:  newLimiter(opts.Limits),
		cors:    newCORS(opts),
		ice:     iceAnswer(opts.ICEServers),
		refused: make(map[string]bool),
		log:     cmp.Or(opts.Logger, slog.New(slog.DiscardHandler)),
		warn:    rate.Sometimes{First: 10, Interval: time.Second},
	}
	for _, id := range opts.Refuse {
		h.refused[id] = true
	}
	h.resources = map[string]resource{
		"/inbox": {"GET, POST, DELETE, OPTIONS", map[string]func(*exchange) error{
			http.MethodGet:     h.get,
			http.MethodPost:    h.post,
			http.MethodDelete:  h.remove,
			http.MethodOptions: h.options,
		}},
		"/ice-servers": {"GET, OPTIONS", map[string]func(*exchange) error{
			http.MethodGet:     h.iceServers,
			http.MethodOptions: h.options,
		}},
	}
	return h
}

// ServeHTTP implements [http.Handler].
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{w: w, r: r, address: clientAddress(r, h.opts.TrustProxy)}
	h.finish(x, h.serve(x))
}

// Run makes waiting readers cheaper until ctx ends: it takes the connections of
// those that speak plain HTTP/1.1 over from net/http, which would keep three
// times as much memory for each (see [http.Hijacker]). When ctx ends their
// answers do, and Run returns when they have. Without Run the Handler serves
// the same, at net/http's price. It is called once, and returns ctx's error.
func (h *Handler) Run(ctx context.Context) error {
	return h.lines.run(ctx)
}

// finish answers x if err says that nothing has, and reports how x ended.
func (h *Handler) finish(x *exchange, err error) {
	if errors.Is(err, errTakenOver) {
		return
	}
	if isContextError(err) {
		err = ErrUnavailable
	}
	if err != nil && !x.begun {
		h.answer(x, err)
	}
	h.report(x, err)
}

// serve answers x and returns nil, or returns the error that is its answer. Of
// an answer that has begun, it is the error that cut it short.
func (h *Handler) serve(x *exchange) error {
	res, ok := h.resources[x.r.URL.Path]
	if !ok {
		return ErrNoResource
	}
	x.allow = res.allow
	method, ok := res.methods[x.r.Method]
	if !ok {
		return ErrMethod
	}
	limitBody(x.w, x.r)
	return method(x)
}

// options answers a CORS preflight and whoever else asks.
func (h *Handler) options(x *exchange) error {
	h.header(x).Set("Allow", x.allow)
	x.w.WriteHeader(http.StatusNoContent)
	return nil
}

// Values of headers that are the same in every answer, so that none allocates them.
var (
	noStore = []string{"no-store"}
	noSniff = []string{"nosniff"}
)

// header sets the headers that all answers have. It is called as late as can
// be, because a waiting GET would keep them in memory.
func (h *Handler) header(x *exchange) http.Header {
	header := x.w.Header()
	header["Cache-Control"] = noStore
	header["X-Content-Type-Options"] = noSniff
	if x.applied != "" {
		header.Set("Preference-Applied", x.applied)
	}
	h.cors.set(header, x.r, x.allow)
	return header
}

// answer sends an error: its status, what belongs to that status, and one line
// that says what is wrong and what to do.
func (h *Handler) answer(x *exchange, err error) {
	a := answerTo(err)
	header := h.header(x)
	switch a.status {
	case http.StatusNoContent:
		x.w.WriteHeader(a.status)
		return
	case http.StatusUnauthorized:
		challenge(header, x.r)
	case http.StatusMethodNotAllowed:
		header.Set("Allow", x.allow)
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		header.Set("Retry-After", h.limits.retryAfter(a.err))
	}
	header.Set("Content-Type", "text/plain; charset=utf-8")
	x.w.WriteHeader(a.status)
	io.WriteString(x.w, a.line(err)+"\n")
}

// report logs how x ended. Nothing of it is secret.
func (h *Handler) report(x *exchange, err error) {
	status := http.StatusOK
	if err != nil && !x.begun {
		status = answerTo(err).status
	}
	level := slog.LevelDebug
	switch {
	case status == http.StatusTooManyRequests:
		h.warn.Do(func() { level = slog.LevelWarn })
	case err != nil && isInternal(err):
		level = slog.LevelError
	}
	ctx := x.r.Context()
	if !h.log.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("method", x.r.Method),
		slog.String("path", x.r.URL.Path),
		slog.String("inbox", x.owner.ID),
		slog.String("address", x.address.String()),
		slog.Int("status", status),
	}
	if err != nil && !errors.Is(err, ErrEmpty) {
		attrs = append(attrs, slog.Any("error", err))
	}
	h.log.LogAttrs(ctx, level, "request", attrs...)
}

// isInternal reports whether err is the server's own trouble.
func isInternal(err error) bool {
	return answerTo(err).status == http.StatusInternalServerError && !errors.Is(err, errGone)
}

func isContextError(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
