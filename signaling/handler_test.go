package signaling_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"inbox/signaling"
)

// Every answer of the API that needs no waiting, with the line that says what
// to do and the headers that go with it.
func TestHandlerAnswers(t *testing.T) {
	const basic = `Basic realm="inbox", charset="UTF-8"`
	tests := []struct {
		name   string
		method string
		target string
		edit   func(*http.Request)
		status int
		line   string
		header map[string]string
	}{
		{"new inbox", "GET", "/inbox", user("new", "p"), 204, "", map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}},
		{"own inbox", "GET", "/inbox", user("taken", "password"), 204, "", nil},
		{"wrong password", "GET", "/inbox", user("taken", "p"), 401, "wrong password: this identifier is taken", map[string]string{"WWW-Authenticate": basic}},
		{"wrong password of a script", "GET", "/inbox", script("taken", "p"), 401, "wrong password: ", map[string]string{"WWW-Authenticate": ""}},
		{"no credentials", "GET", "/inbox", func(r *http.Request) { r.Header.Del("Authorization") }, 401, "no credentials: send HTTP Basic", map[string]string{"WWW-Authenticate": basic}},
		{"other scheme", "GET", "/inbox", func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }, 401, "no credentials: ", nil},
		{"refused identifier", "GET", "/inbox", user("admin", "p"), 403, "identifier not allowed on this server: choose", nil},
		{"invalid identifier", "GET", "/inbox", user("", "p"), 400, "invalid identifier: use 1 to 256 bytes", nil},
		{"invalid password", "GET", "/inbox", user("new", "a\nb"), 400, "bad request: use a password without", nil},
		{"post", "POST", "/inbox?to=taken", user("new", "p"), 200, "", nil},
		{"post to oneself", "POST", "/inbox?to=taken", user("taken", "password"), 200, "", nil},
		{"post, wrong password", "POST", "/inbox?to=taken", user("taken", "p"), 401, "wrong password: ", nil},
		{"post to nobody", "POST", "/inbox?to=nobody", user("new", "p"), 404, "no such inbox: its owner must ask", nil},
		{"post without to", "POST", "/inbox", user("new", "p"), 400, "bad request: name one receiver", nil},
		{"post with to twice", "POST", "/inbox?to=taken&to=taken", user("new", "p"), 400, "bad request: name one receiver", nil},
		{"post to an invalid identifier", "POST", "/inbox?to=a%3Ab", user("new", "p"), 400, "invalid identifier: ", nil},
		{"post with a broken query", "POST", "/inbox?to=taken;%zz", user("new", "p"), 400, "bad request: the query", nil},
		{"post with a long key", "POST", "/inbox?to=taken", with("Idempotency-Key", strings.Repeat("k", 257)), 400, "bad request: send one Idempotency-Key", nil},
		{"post to a full inbox", "POST", "/inbox?to=full", user("new", "p"), 503, "inbox full: its owner reads too slowly", map[string]string{"Retry-After": "1"}},
		{"too large", "POST", "/inbox?to=taken", body(strings.Repeat("x", 101)), 413, "message too large: ", nil},
		{"as large as may be", "POST", "/inbox?to=taken", body(strings.Repeat("x", 100)), 200, "", nil},
		{"delete", "DELETE", "/inbox", user("taken", "password"), 204, "", nil},
		{"delete another's", "DELETE", "/inbox", user("taken", "p"), 401, "wrong password: ", nil},
		{"delete nothing", "DELETE", "/inbox", user("new", "p"), 404, "no such inbox: ", nil},
		{"head", "HEAD", "/inbox", user("new", "p"), 405, "method not allowed: see", map[string]string{"Allow": "GET, POST, DELETE, OPTIONS"}},
		{"put", "PUT", "/inbox", user("new", "p"), 405, "method not allowed: see", map[string]string{"Allow": "GET, POST, DELETE, OPTIONS"}},
		{"options", "OPTIONS", "/inbox", user("new", "p"), 204, "", map[string]string{"Allow": "GET, POST, DELETE, OPTIONS"}},
		{"post to ice-servers", "POST", "/ice-servers", user("new", "p"), 405, "method not allowed: see", map[string]string{"Allow": "GET, OPTIONS"}},
		{"other path", "GET", "/inbox/", user("new", "p"), 404, "no such resource: the mailbox is at /inbox", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			store := signaling.NewMemory(signaling.MemoryOptions{InboxCapacity: 1})
			openReader(t, store, "taken").Close()
			openReader(t, store, "full").Close()
			if err := store.Put(t.Context(), signaling.Credentials{ID: "sender"}, "full", nil, "", nil); err != nil {
				t.Fatal(err)
			}
			h := signaling.NewHandler(store, signaling.Options{NoWait: true, MaxBody: 100, Refuse: []string{"admin"}})
			r := newRequest(test.method, test.target, "new", "")
			test.edit(r)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != test.status {
				t.Errorf("status %d, want %d", w.Code, test.status)
			}
			line, rest, _ := strings.Cut(w.Body.String(), "\n")
			if !strings.HasPrefix(line, test.line) || (line == "") != (test.line == "") || rest != "" {
				t.Errorf("body %q, want one line that starts with %q", w.Body, test.line)
			}
			for name, want := range test.header {
				if got := w.Header().Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
		})
	}
}

func user(id, password string) func(*http.Request) {
	return func(r *http.Request) { r.SetBasicAuth(id, password) }
}

func script(id, password string) func(*http.Request) {
	return func(r *http.Request) {
		r.SetBasicAuth(id, password)
		r.Header.Set("Sec-Fetch-Mode", "cors")
	}
}

func with(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func body(text string) func(*http.Request) {
	return func(r *http.Request) {
		replaced := httptest.NewRequest(r.Method, r.URL.String(), strings.NewReader(text))
		r.Body, r.ContentLength = replaced.Body, replaced.ContentLength
	}
}

// outOfOrder is out of order.
type outOfOrder struct{ signaling.Store }

func (outOfOrder) Open(context.Context, signaling.Credentials, signaling.Admission) (signaling.Reader, error) {
	return nil, errors.New("disk of store-7 on fire")
}

// What is wrong inside is for the operator, not for the client.
func TestHandlerInternalError(t *testing.T) {
	var log bytes.Buffer
	h := signaling.NewHandler(outOfOrder{}, signaling.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, newRequest("GET", "/inbox", "new", ""))
	if w.Code != 500 || strings.Contains(w.Body.String(), "store-7") {
		t.Errorf("answer %d %q", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), "level=ERROR") || !strings.Contains(log.String(), "store-7") {
		t.Errorf("log %q", log.String())
	}
}

// A log at the level of debugging has what happened and nothing secret.
func TestHandlerLog(t *testing.T) {
	var log bytes.Buffer
	h := signaling.NewHandler(signaling.NewMemory(signaling.MemoryOptions{}), signaling.Options{
		NoWait: true,
		Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	for _, r := range []*http.Request{
		newRequest("GET", "/inbox", "camera-4", ""),
		newRequest("POST", "/inbox?to=camera-4", "viewer-5", "the offer"),
		newRequest("GET", "/inbox", "camera-4", ""),
	} {
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	got := log.String()
	for _, want := range []string{"inbox=camera-4", "inbox=viewer-5", "status=204", "status=200"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in the log:\n%s", want, got)
		}
	}
	for _, secret := range []string{"password", "the offer", newRequest("GET", "/", "camera-4", "").Header.Get("Authorization")} {
		if strings.Contains(got, secret) {
			t.Errorf("%q in the log:\n%s", secret, got)
		}
	}
}

// An owner who only sends is alive too.
func TestHandlerSendingKeepsInbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newPipeMailbox(t, signaling.Options{})
		m.make("sender")
		for range 5 {
			m.get("receiver", "Prefer", "wait=0")
			time.Sleep(45 * time.Second)
			m.put("sender", "receiver", "still here")
		}
		m.put("receiver", "sender", "hello")
		if a := m.get("sender"); a.body != "hello" {
			t.Errorf("the inbox of an active sender: %+v", a)
		}
	})
}
