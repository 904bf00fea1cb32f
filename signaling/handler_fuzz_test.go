package signaling

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// FuzzHandler gives whole requests to a Handler: whatever they are, it does not
// panic, answers with a status of its table and, if that is an error, with one line.
func FuzzHandler(f *testing.F) {
	const owner = "Authorization: Basic cmVjZWl2ZXI6cGFzc3dvcmQ=\r\n" // receiver:password
	for _, wire := range []string{
		"GET /inbox HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /inbox HTTP/1.1\r\nHost: a\r\n" + owner + "Prefer: wait=3\r\n\r\n",
		"GET /inbox HTTP/1.1\r\nHost: a\r\n" + owner + "Last-Event-ID: 0\r\nAccept: text/event-stream\r\n\r\n",
		"POST /inbox?to=receiver HTTP/1.1\r\nHost: a\r\n" + owner + "Idempotency-Key: k\r\nContent-Length: 2\r\n\r\n\xff\x00",
		"POST /inbox?to=receiver HTTP/1.1\r\nHost: a\r\n" + owner + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
		"POST /inbox?to=%zz HTTP/1.1\r\nHost: a\r\n" + owner + "Content-Length: 9\r\n\r\nshort",
		"DELETE /inbox HTTP/1.1\r\nHost: a\r\n" + owner + "\r\n",
		"OPTIONS /inbox HTTP/1.1\r\nHost: a\r\nOrigin: https://b\r\nX-Forwarded-For: [::1]:80\r\n\r\n",
		"GET /ice-servers HTTP/1.1\r\nHost: a\r\n" + owner + "\r\n",
	} {
		f.Add(wire)
	}
	statuses := []int{200, 204, 400, 401, 403, 404, 405, 413, 503}
	f.Fuzz(func(t *testing.T, wire string) {
		r := parseRequest(wire)
		if r == nil {
			return
		}
		store := NewMemory(MemoryOptions{InboxCapacity: 1})
		if _, err := store.Open(t.Context(), Credentials{"receiver", "password"}, nil); err != nil {
			t.Fatal(err)
		}
		h := NewHandler(store, Options{NoWait: true, CORS: true, TrustProxy: true, MaxBody: 1000, Refuse: []string{"admin"}})
		for range 2 {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if !slices.Contains(statuses, w.Code) {
				t.Fatalf("status %d", w.Code)
			}
			if text := w.Body.String(); w.Code >= 400 && strings.Index(text, "\n") != len(text)-1 {
				t.Errorf("status %d with the text %q", w.Code, text)
			}
		}
	})
}
