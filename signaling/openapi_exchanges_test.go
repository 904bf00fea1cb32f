package signaling_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing/iotest"
	"time"

	"inbox/signaling"
)

// apiExchange is one real exchange that the API document is held against.
type apiExchange struct {
	name      string
	request   func() *http.Request
	malformed bool              // the document forbids the request
	store     signaling.Store   // nil: an empty Memory
	opts      signaling.Options // of the Handler
}

// run makes the exchange.
func (x apiExchange) run() *httptest.ResponseRecorder {
	if x.store == nil {
		x.store = signaling.NewMemory(signaling.MemoryOptions{})
	}
	x.opts.StreamLength = 1 // a stream ends after the message that is there
	w := httptest.NewRecorder()
	signaling.NewHandler(x.store, x.opts).ServeHTTP(w, x.request())
	return w
}

// apiRequest returns a maker of requests from the inbox "caller", with header
// fields in pairs.
func apiRequest(method, target, body string, header ...string) func() *http.Request {
	return func() *http.Request {
		r := newRequest(method, target, "caller", body)
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		return r
	}
}

// apiExchanges are so many that each part of the document is met once.
func apiExchanges() []apiExchange {
	caller := "Basic Y2FsbGVyOnBhc3N3b3Jk"
	get, post := "GET", "POST"
	const to = "/inbox?to=receiver"
	plain := func(target string, header ...string) func() *http.Request {
		return apiRequest(get, target, "", header...)
	}
	return append([]apiExchange{
		{name: "message", request: plain("/inbox", "Prefer", "wait=7"), store: withMessage("hello")},
		{name: "message of bytes", request: plain("/inbox"), store: withMessage("\xff")},
		{name: "acknowledged message", request: plain("/inbox", "Last-Event-ID", "0"), store: withMessage("hello")},
		{name: "stream", request: plain("/inbox", "Accept", "text/event-stream"), store: withMessage("hello")},
		{name: "nothing", request: plain("/inbox", "Prefer", "wait=0")},
		{name: "displaced", request: plain("/inbox", "Last-Event-ID", "0", "Prefer", "wait=7"), store: readerStore{signaling.ErrDisplaced}},
		{name: "displaced, plain", request: plain("/inbox"), store: readerStore{signaling.ErrDisplaced}},
		{name: "removed", request: plain("/inbox", "Prefer", "wait=7"), store: readerStore{signaling.ErrNotFound}},
		{name: "get with a large body", request: apiRequest(get, "/inbox", "too large"), opts: signaling.Options{MaxBody: 1}},
		{name: "get with a slow body", request: slowRequest(get, "/inbox")},

		{name: "sent", request: apiRequest(post, to, "hello", "Idempotency-Key", "k"), store: withInbox("receiver")},
		{name: "nobody there", request: apiRequest(post, to, "hello")},
		{name: "no receiver", request: apiRequest(post, "/inbox", "hello"), malformed: true},
		{name: "invalid receiver", request: apiRequest(post, "/inbox?to=a%3Ab", "hello"), malformed: true},
		{name: "long key", request: apiRequest(post, to, "", "Idempotency-Key", strings.Repeat("k", 257)), malformed: true},
		{name: "large", request: apiRequest(post, to, "too large"), store: withInbox("receiver"), opts: signaling.Options{MaxBody: 1}},
		{name: "slow", request: slowRequest(post, to)},

		{name: "closed", request: apiRequest("DELETE", "/inbox", ""), store: withInbox("caller")},
		{name: "nothing to close", request: apiRequest("DELETE", "/inbox", "")},

		{name: "ICE servers", request: plain("/ice-servers"), store: withInbox("caller"), opts: signaling.Options{
			ICEServers: []signaling.ICEServer{{URLs: []string{"turn:turn.example"}, Username: "u", Credential: "c"}, {URLs: []string{"stun:stun.example"}}},
		}},
		{name: "no ICE servers", request: plain("/ice-servers"), store: withInbox("caller")},
		{name: "ICE servers without an inbox", request: plain("/ice-servers", "Authorization", caller)},

		{name: "options", request: apiRequest("OPTIONS", "/inbox", "")},
		{name: "ICE options", request: apiRequest("OPTIONS", "/ice-servers", "")},
		{name: "preflight", request: apiRequest("OPTIONS", "/inbox", "", "Origin", "https://a.example"), opts: signaling.Options{CORS: true}},
		{name: "ICE preflight", request: apiRequest("OPTIONS", "/ice-servers", "", "Origin", "https://a.example"), opts: signaling.Options{CORS: true}},
	}, commonExchanges()...)
}

// commonExchanges are those that every request with credentials can end in.
func commonExchanges() (all []apiExchange) {
	for _, operation := range []string{"GET /inbox", "POST /inbox?to=receiver", "DELETE /inbox", "GET /ice-servers"} {
		method, target, _ := strings.Cut(operation, " ")
		add := func(name string, store signaling.Store, opts signaling.Options, header ...string) {
			all = append(all, apiExchange{name: operation + " " + name, request: apiRequest(method, target, "", header...), store: store, opts: opts})
		}
		add("bad identifier", nil, signaling.Options{}, "Authorization", "Basic OnBhc3N3b3Jk")
		add("no credentials", nil, signaling.Options{}, "Authorization", "none")
		add("wrong password", failingStore{signaling.ErrWrongPassword}, signaling.Options{})
		add("wrong password of a script", failingStore{signaling.ErrWrongPassword}, signaling.Options{}, "Sec-Fetch-Mode", "cors")
		add("refused", nil, signaling.Options{Refuse: []string{"caller"}})
		add("too many requests", nil, signaling.Options{Limits: signaling.Limits{RequestBurst: -1}})
		add("broken", failingStore{errors.New("out of order")}, signaling.Options{})
		add("unavailable", failingStore{signaling.ErrUnavailable}, signaling.Options{})
	}
	return all
}

// slowRequest returns a maker of requests whose body does not come in time.
func slowRequest(method, target string) func() *http.Request {
	return func() *http.Request {
		r := apiRequest(method, target, "late")()
		r.Body = io.NopCloser(iotest.ErrReader(os.ErrDeadlineExceeded))
		return r
	}
}

// withInbox returns a Store that has the inbox id.
func withInbox(id string) signaling.Store {
	store := signaling.NewMemory(signaling.MemoryOptions{})
	reader, err := store.Open(context.Background(), signaling.Credentials{ID: id, Password: "password"}, nil)
	if err != nil {
		panic(err)
	}
	reader.Close()
	return store
}

// withMessage returns a Store that has a message for the caller.
func withMessage(body string) signaling.Store {
	store := withInbox("caller")
	if err := store.Put(context.Background(), signaling.Credentials{ID: "sender"}, "caller", []byte(body), "", nil); err != nil {
		panic(err)
	}
	return store
}

// failingStore is a Store that is out of order.
type failingStore struct{ err error }

func (s failingStore) Check(context.Context, signaling.Credentials) error { return s.err }
func (s failingStore) Open(context.Context, signaling.Credentials, signaling.Admission) (signaling.Reader, error) {
	return nil, s.err
}
func (s failingStore) Put(context.Context, signaling.Credentials, string, []byte, string, signaling.Admission) error {
	return s.err
}
func (s failingStore) Remove(context.Context, signaling.Credentials) error { return s.err }

// readerStore is a Store all of whose readers end with an error.
type readerStore struct{ err error }

func (s readerStore) Check(context.Context, signaling.Credentials) error { return nil }
func (s readerStore) Open(context.Context, signaling.Credentials, signaling.Admission) (signaling.Reader, error) {
	return failingReader(s), nil
}
func (s readerStore) Put(context.Context, signaling.Credentials, string, []byte, string, signaling.Admission) error {
	return nil
}
func (s readerStore) Remove(context.Context, signaling.Credentials) error { return nil }

type failingReader struct{ err error }

func (r failingReader) Take(context.Context, time.Duration) (signaling.Message, error) {
	return signaling.Message{}, r.err
}
func (r failingReader) Next(context.Context, string, int, time.Duration) ([]signaling.Message, error) {
	return nil, r.err
}
func (r failingReader) Ack(context.Context, string) error { return nil }
func (r failingReader) Return(signaling.Message)          {}
func (r failingReader) Close()                            {}
