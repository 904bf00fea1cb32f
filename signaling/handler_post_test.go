package signaling_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"inbox/signaling"
)

// A body is the message, whatever its Content-Type says, and never a form; only
// the query says whom it is for.
func TestPostBodyAsItIs(t *testing.T) {
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	w.WriteField("to", "another")
	w.Close()
	tests := []struct{ contentType, body string }{
		{"application/x-www-form-urlencoded", "to=another&x=%zz;+&"},
		{w.FormDataContentType(), form.String()},
		{"application/json", `{"type":"offer"}`},
		{"no type at all", "\x00\xff\r\n"},
		{"", ""},
	}
	m := newSocketMailbox(t, signaling.Options{})
	m.make("receiver")
	m.make("another")
	for _, test := range tests {
		m.put("sender", "receiver", test.body, "Content-Type", test.contentType)
		if a := m.get("receiver"); a.status != 200 || a.body != test.body {
			t.Errorf("sent %q as %q, got %d %q", test.body, test.contentType, a.status, a.body)
		}
	}
	if a := m.get("another", "Prefer", "wait=0"); a.status != 204 {
		t.Errorf("the inbox that forms named got %+v", a)
	}
	r := m.request("POST", "/inbox", "sender", "to=another", "Content-Type", "application/x-www-form-urlencoded")
	if a := m.do(r); a.status != 400 {
		t.Errorf("to in the body only: %+v, want 400", a)
	}
}

func TestPostReceiverEscaped(t *testing.T) {
	m := newSocketMailbox(t, signaling.Options{})
	m.make("Žofie & 100%")
	m.put("sender", "%C5%BDofie+%26%20100%25", "offer")
	if a := m.get("Žofie & 100%"); a.body != "offer" {
		t.Errorf("got %+v", a)
	}
}

// The same key again is the same message; another sender's is not.
func TestPostIdempotencyKey(t *testing.T) {
	m := newSocketMailbox(t, signaling.Options{NoWait: true})
	m.make("receiver")
	for range 3 {
		m.put("sender", "receiver", "from sender", "Idempotency-Key", `"k1"`)
	}
	m.put("other", "receiver", "from other", "Idempotency-Key", `"k1"`)
	m.put("sender", "receiver", "next", "Idempotency-Key", "k1")
	for _, want := range []string{"from sender", "from other", "next", ""} {
		if a := m.get("receiver"); a.body != want {
			t.Errorf("got %+v, want %q", a, want)
		}
	}
}

// A body of unknown length is bounded too.
func TestPostChunked(t *testing.T) {
	m := newSocketMailbox(t, signaling.Options{MaxBody: 100})
	m.make("receiver")
	for length, status := range map[int]int{100: 200, 101: 413, 1 << 20: 413} {
		r := m.request("POST", "/inbox?to=receiver", "sender", "")
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(strings.Repeat("x", length))), -1
		if a := m.do(r); a.status != status {
			t.Errorf("%d bytes: %+v, want %d", length, a, status)
		}
	}
	if a := m.get("receiver"); len(a.body) != 100 {
		t.Errorf("got %d bytes, want 100", len(a.body))
	}
}

// A body that trickles in is cut, whether its length is known or not.
func TestPostSlowBody(t *testing.T) {
	for _, length := range []int64{5, -1} {
		synctest.Test(t, func(t *testing.T) {
			m := newPipeMailbox(t, signaling.Options{})
			m.make("receiver")
			body, w := io.Pipe()
			defer w.Close()
			r := m.request("POST", "/inbox?to=receiver", "sender", "")
			r.Body, r.ContentLength = body, length
			start := time.Now()
			sent := m.start(r)
			if _, err := w.Write([]byte("slow")); err != nil {
				t.Fatal(err)
			}
			if a := <-sent; a.status != http.StatusRequestTimeout || !strings.HasPrefix(a.body, "request too slow: ") {
				t.Errorf("length %d: %+v, want 408", length, a)
			}
			if took := time.Since(start); took != 10*time.Second {
				t.Errorf("length %d: cut after %v, want 10 s", length, took)
			}
			if a := m.get("receiver", "Prefer", "wait=0"); a.status != 204 {
				t.Errorf("length %d: half a message was delivered: %+v", length, a)
			}
		})
	}
}

// The time limit of a body does not cut what waits on the same connection.
func TestPostThenWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newPipeMailbox(t, signaling.Options{})
		m.make("receiver")
		m.put("sender", "receiver", "offer")
		if a := m.get("receiver"); a.body != "offer" {
			t.Fatalf("got %+v", a)
		}
		for _, body := range []string{"", "a body that nobody asked for"} {
			start := time.Now()
			if a := m.do(m.request("GET", "/inbox", "receiver", body)); a.status != 204 || time.Since(start) != 25*time.Second {
				t.Errorf("a GET with body %q on a used connection: %+v after %v, want 204 after 25 s", body, a, time.Since(start))
			}
		}
	})
}
