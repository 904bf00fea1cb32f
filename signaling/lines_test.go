package signaling_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"inbox/signaling"
)

// A GET that waits long is answered by a line: later, but not otherwise.
func TestLineAnswers(t *testing.T) {
	for _, header := range [][]string{nil, {"Last-Event-ID", "0"}} {
		synctest.Test(t, func(t *testing.T) {
			m := newPipeMailbox(t, signaling.Options{CORS: true})
			header := append(header, "Origin", "https://example.org", "Prefer", "wait=20")
			get := m.request("GET", "/inbox", "receiver", "", header...)
			m.make("receiver")
			m.put("sender", "receiver", "offer")
			soon := m.do(get.Clone(t.Context()))
			if len(header) > 4 { // a reader that acknowledges
				get.Header.Set("Last-Event-ID", soon.header.Get("X-Message-ID"))
			}
			for len(m.served) > 0 {
				<-m.served
			}
			waiting := m.start(get)
			<-m.served // by a line from here on
			m.put("sender", "receiver", "offer")
			late := <-waiting
			if late.status != http.StatusOK || late.body != "offer" {
				t.Fatalf("got %+v, want the message", late)
			}
			for name := range soon.header {
				if name == "X-Message-Id" || name == "Date" {
					continue
				}
				if got, want := late.header.Get(name), soon.header.Get(name); got != want {
					t.Errorf("%s: %q from a line, %q at once", name, got, want)
				}
			}
			if late.header.Get("Date") == "" {
				t.Error("no Date")
			}
		})
	}
}

func TestLineEndsEmpty(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newPipeMailbox(t, signaling.Options{})
		begin := time.Now()
		if a := m.get("receiver"); a.status != http.StatusNoContent || a.err != nil {
			t.Errorf("got %+v, want 204", a)
		}
		if took := time.Since(begin); took != 25*time.Second {
			t.Errorf("after %v, want 25 s", took)
		}
	})
}

// A message for a client that has gone meanwhile, or does not read, stays.
func TestLineClientGone(t *testing.T) {
	for name, leave := range map[string]bool{"gone": true, "does not read": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newPipeMailbox(t, signaling.Options{})
				conn, err := m.client.Transport.(*http.Transport).DialContext(t.Context(), "", "")
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				if err := newRequest("GET", "http://pipe/inbox", "receiver", "").Write(conn); err != nil {
					t.Fatal(err)
				}
				<-m.served
				if leave {
					conn.Close()
					<-m.closed
				}
				m.put("sender", "receiver", "offer")
				if !leave {
					<-m.closed
				}
				if a := m.get("receiver"); a.body != "offer" {
					t.Errorf("got %+v, want the message", a)
				}
			})
		})
	}
}

// The server's end ends lines, also those whose clients do not read.
func TestLinesStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newPipeMailbox(t, signaling.Options{})
		waiting := m.start(m.request("GET", "/inbox", "receiver", ""))
		<-m.served
		conn, err := m.client.Transport.(*http.Transport).DialContext(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		r := newRequest("GET", "http://pipe/inbox", "other", "")
		r.Header.Set("Accept", "text/event-stream")
		if err := r.Write(conn); err != nil {
			t.Fatal(err)
		}
		<-m.served
		begin := time.Now()
		m.stop()
		if a := <-waiting; a.status != http.StatusNoContent || a.err != nil {
			t.Errorf("got %+v, want 204", a)
		}
		<-m.ended
		if took := time.Since(begin); took > time.Second {
			t.Errorf("stopped after %v, want at most 1 s", took)
		}
	})
}

// Under TLS, where a new connection is dear, and without Run, ServeHTTP itself
// answers.
func TestNoLine(t *testing.T) {
	handler := signaling.NewHandler(signaling.NewMemory(signaling.MemoryOptions{}), signaling.Options{Limits: noLimits})
	plain, secure := httptest.NewServer(handler), httptest.NewTLSServer(handler)
	defer plain.Close()
	defer secure.Close()
	if takenOver(t, plain) {
		t.Error("taken over without Run")
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- handler.Run(ctx) }()
	for !takenOver(t, plain) { // until Run has begun
	}
	if takenOver(t, secure) {
		t.Error("taken over under TLS")
	}
	cancel()
	<-ended
}

// takenOver opens a stream and reports whether a line answers it.
func takenOver(t *testing.T, server *httptest.Server) bool {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+"/inbox", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth("receiver", "password")
	r.Header.Set("Accept", "text/event-stream")
	resp, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.Close
}
