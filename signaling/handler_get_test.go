package signaling_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"testing"
	"testing/synctest"
	"time"

	"inbox/signaling"
)

func TestGetMessage(t *testing.T) {
	tests := []struct{ body, contentType string }{
		{"v=0\r\no=- ☺", "text/plain; charset=utf-8"},
		{"", "text/plain; charset=utf-8"},
		{"\xff\x00\xfe", "application/octet-stream"},
	}
	m := newSocketMailbox(t, signaling.Options{})
	m.make("receiver")
	for _, test := range tests {
		m.put("Žofie's camera", "receiver", test.body)
		a := m.get("receiver")
		if a.err != nil || a.status != 200 || a.body != test.body {
			t.Errorf("got %+v, want 200 %q", a, test.body)
		}
		if got := a.header.Get("Content-Type"); got != test.contentType {
			t.Errorf("Content-Type of %q: %q, want %q", test.body, got, test.contentType)
		}
		if got := a.header.Get("X-From"); got != "Žofie's camera" {
			t.Errorf("X-From: %q", got)
		}
	}
}

// The deadline of an answer does not cut a later one of its connection.
func TestGetOnKeptConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newPipeMailbox(t, signaling.Options{})
		m.make("receiver")
		for range 3 {
			m.put("sender", "receiver", "offer")
			var reused bool
			trace := &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) { reused = c.Reused }}
			r := m.request("GET", "/inbox", "receiver", "")
			a := m.do(r.WithContext(httptrace.WithClientTrace(t.Context(), trace)))
			if a.err != nil || a.status != 200 || a.body != "offer" || !reused {
				t.Fatalf("got %+v on a connection used before: %t; want the offer on one", a, reused)
			}
			time.Sleep(20 * time.Second)
		}
	})
}

// A GET waits for as long as the server or the client says, whichever is less.
func TestGetWaits(t *testing.T) {
	tests := []struct {
		name    string
		opts    signaling.Options
		prefer  string
		want    time.Duration
		applied string
	}{
		{"default", signaling.Options{}, "", 25 * time.Second, ""},
		{"MaxWait", signaling.Options{MaxWait: 3 * time.Second}, "", 3 * time.Second, ""},
		{"preferred", signaling.Options{}, "wait=7", 7 * time.Second, "wait=7"},
		{"preferred too long", signaling.Options{}, "wait=600", 25 * time.Second, "wait=25"},
		{"preferred none", signaling.Options{}, "wait=0", 0, "wait=0"},
		{"invalid", signaling.Options{}, "wait=-1", 25 * time.Second, ""},
		{"NoWait", signaling.Options{NoWait: true}, "wait=7", 0, "wait=0"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newPipeMailbox(t, test.opts)
				start := time.Now()
				a := m.get("receiver", "Prefer", test.prefer)
				if a.status != 204 || time.Since(start) != test.want {
					t.Errorf("%d after %v, want 204 after %v", a.status, time.Since(start), test.want)
				}
				if got := a.header.Get("Preference-Applied"); got != test.applied {
					t.Errorf("Preference-Applied: %q, want %q", got, test.applied)
				}
			})
		})
	}
}

func TestGetWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newPipeMailbox(t, signaling.Options{})
		for _, id := range []string{"", "0"} { // a plain reader and one that acknowledges
			r := m.request("GET", "/inbox", "receiver", "")
			if id != "" {
				r.Header.Set("Last-Event-ID", id)
			}
			waiting := m.start(r)
			synctest.Wait()
			start := time.Now()
			m.put("sender", "receiver", "offer")
			if a := <-waiting; a.body != "offer" || time.Since(start) != 0 {
				t.Errorf("got %+v after %v", a, time.Since(start))
			}
		}
	})
}

// The newest GET wins; the one before ends at once.
func TestGetDisplaced(t *testing.T) {
	tests := []struct {
		name   string
		header []string
		status int
	}{
		{"plain", nil, 204},
		{"acknowledging", []string{"Last-Event-ID", "0"}, 409},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newPipeMailbox(t, signaling.Options{})
				start := time.Now()
				older := m.start(m.request("GET", "/inbox", "receiver", "", test.header...))
				synctest.Wait()
				newer := m.start(m.request("GET", "/inbox", "receiver", ""))
				if a := <-older; a.status != test.status || time.Since(start) != 0 {
					t.Errorf("older: %+v after %v, want %d at once", a, time.Since(start), test.status)
				}
				m.put("sender", "receiver", "offer")
				if a := <-newer; a.body != "offer" {
					t.Errorf("newer: %+v, want the message", a)
				}
			})
		})
	}
}

// A GET whose client has gone consumes nothing.
func TestGetClientGone(t *testing.T) {
	m := newSocketMailbox(t, signaling.Options{})
	m.make("receiver")
	<-m.opened
	<-m.closed
	// With a body too: net/http watches a connection only when that is read.
	for _, body := range []string{"", "a body that nobody asked for"} {
		ctx, leave := context.WithCancel(t.Context())
		gone := m.start(m.request("GET", "/inbox", "receiver", body).WithContext(ctx))
		<-m.opened
		leave()
		if a := <-gone; !errors.Is(a.err, context.Canceled) {
			t.Fatalf("got %+v, want no answer", a)
		}
		<-m.closed
		m.put("sender", "receiver", "offer")
		if a := m.get("receiver"); a.body != "offer" {
			t.Errorf("after a GET with body %q was given up: %+v, want the message", body, a)
		}
		<-m.opened
		<-m.closed
	}
}

// brokenWriter fails as a connection does whose client is gone.
type brokenWriter struct {
	*httptest.ResponseRecorder
	failWrite bool // else flushing fails
}

func (b brokenWriter) Write(p []byte) (int, error) {
	if b.failWrite {
		return 0, errors.New("broken pipe")
	}
	return b.ResponseRecorder.Write(p)
}

func (b brokenWriter) FlushError() error { return errors.New("broken pipe") }

// A message that cannot be written goes back to its place.
func TestGetWriteFails(t *testing.T) {
	for _, failWrite := range []bool{true, false} {
		h := signaling.NewHandler(signaling.NewMemory(signaling.MemoryOptions{}), signaling.Options{NoWait: true})
		h.ServeHTTP(httptest.NewRecorder(), newRequest("GET", "/inbox", "receiver", ""))
		for _, body := range []string{"first", "second"} {
			h.ServeHTTP(httptest.NewRecorder(), newRequest("POST", "/inbox?to=receiver", "sender", body))
		}
		h.ServeHTTP(brokenWriter{httptest.NewRecorder(), failWrite}, newRequest("GET", "/inbox", "receiver", ""))
		for _, want := range []string{"first", "second"} {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, newRequest("GET", "/inbox", "receiver", ""))
			if w.Body.String() != want {
				t.Errorf("failWrite=%t: got %q, want %q", failWrite, w.Body, want)
			}
		}
	}
}

// When the server stops, waiting GETs end at once.
func TestGetServerStops(t *testing.T) {
	for _, header := range [][]string{nil, {"Last-Event-ID", "0"}} {
		synctest.Test(t, func(t *testing.T) {
			m := newPipeMailbox(t, signaling.Options{})
			start := time.Now()
			waiting := m.start(m.request("GET", "/inbox", "receiver", "", header...))
			synctest.Wait()
			m.stop()
			if a := <-waiting; a.status != 204 || time.Since(start) != 0 {
				t.Errorf("with %q: %+v after %v, want 204 at once", header, a, time.Since(start))
			}
		})
	}
}

// What a reader that acknowledges has got stays until its next request says so.
func TestGetAcknowledges(t *testing.T) {
	m := newSocketMailbox(t, signaling.Options{NoWait: true})
	m.make("receiver")
	for _, body := range []string{"one", "two", "three"} {
		m.put("sender", "receiver", body)
	}
	get := func(cursor, want string) (id string) {
		t.Helper()
		a := m.get("receiver", "Last-Event-ID", cursor)
		if a.body != want {
			t.Fatalf("after %q: got %d %q, want %q", cursor, a.status, a.body, want)
		}
		return a.header.Get("X-Message-ID")
	}
	first := get("0", "one")
	if again := get("of-another-life", "one"); again != first {
		t.Errorf("the same message with the IDs %q and %q", first, again)
	}
	second := get(first, "two")
	get(first, "two")
	third := get(second, "three")
	get(third, "")
	if a := m.get("receiver"); a.status != http.StatusNoContent {
		t.Errorf("all is acknowledged, but there is %+v", a)
	}
}

// An inbox lives no longer than 60 s after its last GET has ended.
func TestGetEndsReading(t *testing.T) {
	for _, headers := range [][]string{nil, {"Last-Event-ID", "0"}} {
		synctest.Test(t, func(t *testing.T) {
			m := newPipeMailbox(t, signaling.Options{})
			m.get("receiver", headers...)
			time.Sleep(time.Minute - time.Nanosecond)
			m.put("sender", "receiver", "offer")
			time.Sleep(time.Nanosecond)
			if a := m.do(m.request("POST", "/inbox?to=receiver", "sender", "")); a.status != 404 {
				t.Errorf("a minute after a GET with %q: %+v, want 404", headers, a)
			}
		})
	}
}
