package signaling

import (
	"bufio"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// parseRequest parses an HTTP/1.1 request as net/http does, nil if it is none.
func parseRequest(wire string) *http.Request {
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(wire)))
	if err != nil {
		return nil
	}
	return r
}

func TestPreferredWait(t *testing.T) {
	tests := []struct {
		prefer []string
		wait   time.Duration
		ok     bool
	}{
		{nil, 0, false},
		{[]string{"wait=5"}, 5 * time.Second, true},
		{[]string{"Wait = 5"}, 5 * time.Second, true},
		{[]string{`wait="5"`}, 5 * time.Second, true},
		{[]string{"wait=0"}, 0, true},
		{[]string{"wait=25"}, 25 * time.Second, true},
		{[]string{"wait=26"}, 25 * time.Second, true},
		{[]string{"wait=99999999999999999999"}, 25 * time.Second, true},
		{[]string{"respond-async, wait=5;foo=bar; baz"}, 5 * time.Second, true},
		{[]string{"respond-async", "wait=5"}, 5 * time.Second, true},
		{[]string{`x="a,wait=1", wait=5`}, 5 * time.Second, true},
		{[]string{`x="a\",wait=1", wait=5`}, 5 * time.Second, true},
		{[]string{"x;wait=1"}, 0, false},
		{[]string{"wait=5, wait=9"}, 5 * time.Second, true},
		{[]string{"wait"}, 0, false},
		{[]string{"wait="}, 0, false},
		{[]string{`wait=""`}, 0, false},
		{[]string{"wait=-1"}, 0, false},
		{[]string{"wait=+1"}, 0, false},
		{[]string{"wait=1.5"}, 0, false},
		{[]string{"wait=5s"}, 0, false},
		{[]string{`wait="5`}, 0, false},
		{[]string{"await=5"}, 0, false},
	}
	for _, test := range tests {
		wait, ok := preferredWait(http.Header{"Prefer": test.prefer}, 25*time.Second)
		if wait != test.wait || ok != test.ok {
			t.Errorf("Prefer %q: %v, %t; want %v, %t", test.prefer, wait, ok, test.wait, test.ok)
		}
	}
}

func FuzzPrefer(f *testing.F) {
	f.Add("wait=5", "respond-async")
	f.Add(`x="a,wait=1";y, wait="7"`, "wait=99999999999999999999")
	f.Add(`"\`, "wait")
	f.Fuzz(func(t *testing.T, first, second string) {
		const limit = 25 * time.Second
		wait, ok := preferredWait(http.Header{"Prefer": {first, second}}, limit)
		if wait < 0 || wait > limit || wait%time.Second != 0 || !ok && wait != 0 {
			t.Errorf("%q, %q: %v, %t", first, second, wait, ok)
		}
		// One list in two fields is the same list (RFC 9110, section 5.3), if no
		// quote is left open in the first.
		if strings.Contains(first, `"`) {
			return
		}
		if w, o := preferredWait(http.Header{"Prefer": {first + "," + second}}, limit); w != wait || o != ok {
			t.Errorf("%q, %q: %v, %t; joined: %v, %t", first, second, wait, ok, w, o)
		}
	})
}

func TestCursor(t *testing.T) {
	tests := []struct {
		ids          []string
		after        string
		acknowledges bool
	}{
		{nil, "", false},
		{[]string{""}, "", true},
		{[]string{"0"}, "", true},
		{[]string{"jnzr3-1f"}, "jnzr3-1f", true},
		{[]string{" a ", "b"}, "a", true},
		{[]string{strings.Repeat("a", 64)}, strings.Repeat("a", 64), true},
		{[]string{strings.Repeat("a", 65)}, "", true},
		{[]string{"a b"}, "", true},
		{[]string{"☺"}, "", true},
	}
	for _, test := range tests {
		after, acknowledges := cursor(http.Header{"Last-Event-Id": test.ids})
		if after != test.after || acknowledges != test.acknowledges {
			t.Errorf("Last-Event-ID %q: %q, %t; want %q, %t", test.ids, after, acknowledges, test.after, test.acknowledges)
		}
	}
}

func FuzzLastEventID(f *testing.F) {
	m := NewMemory(MemoryOptions{})
	owner := Credentials{ID: "receiver"}
	reader, err := m.Open(f.Context(), owner, nil)
	if err != nil {
		f.Fatal(err)
	}
	if err := m.Put(f.Context(), owner, "receiver", []byte("offer"), "", nil); err != nil {
		f.Fatal(err)
	}
	offer, err := reader.Next(f.Context(), "", 1, 0)
	if err != nil {
		f.Fatal(err)
	}
	given := offer[0]
	f.Add("0")
	f.Add(given.ID + "0")
	f.Add(given.ID[:11] + "-1")
	f.Add("\x00 ☺")
	f.Fuzz(func(t *testing.T, id string) {
		after, acknowledges := cursor(http.Header{"Last-Event-Id": {id}})
		if !acknowledges || len(after) > maxCursor || !isPrintable(after) || strings.Contains(after, " ") {
			t.Errorf("%q: %q, %t", id, after, acknowledges)
		}
		// Whatever else it says, it neither skips nor drops a message.
		if after >= given.ID {
			return
		}
		if err := reader.Ack(t.Context(), after); err != nil {
			t.Fatal(err)
		}
		if got, err := reader.Next(t.Context(), after, 1, 0); err != nil || got[0].ID != given.ID {
			t.Errorf("%q: %v, %v", id, got, err)
		}
	})
}

func TestReceiver(t *testing.T) {
	tests := []struct {
		query, to string
		ok        bool
	}{
		{"to=receiver", "receiver", true},
		{"x=1&to=a%20b%E2%98%BA", "a b☺", true},
		{"to=a+b", "a b", true},
		{"", "", false},
		{"to=", "", false},
		{"to", "", false},
		{"TO=receiver", "", false},
		{"to=a&to=a", "", false},
		{"to=a;b", "", false},
		{"to=%zz", "", false},
		{"to=a%3Ab", "", false},
		{"to=%ff", "", false},
		{"to=a%0Ab", "", false},
	}
	for _, test := range tests {
		to, err := receiver(&url.URL{RawQuery: test.query})
		if (err == nil) != test.ok || test.ok && to != test.to {
			t.Errorf("?%s: %q, %v; want %q, ok %t", test.query, to, err, test.to, test.ok)
		}
	}
}

func FuzzIdentifier(f *testing.F) {
	f.Add("to=receiver")
	f.Add("to=%C5%BDofie&x")
	f.Add("to=%00&to=;")
	f.Fuzz(func(t *testing.T, query string) {
		to, err := receiver(&url.URL{RawQuery: query})
		if err != nil {
			return
		}
		if err := validateID(to); err != nil {
			t.Errorf("?%s: %q is accepted", query, to)
		}
		if again, err := receiver(&url.URL{RawQuery: "to=" + url.QueryEscape(to)}); err != nil || again != to {
			t.Errorf("%q escaped comes as %q, %v", to, again, err)
		}
	})
}

func TestIdempotencyKey(t *testing.T) {
	tests := []struct {
		keys []string
		want string
		ok   bool
	}{
		{nil, "", true},
		{[]string{"k1"}, "k1", true},
		{[]string{`"8e03978e-40d5"`}, `"8e03978e-40d5"`, true},
		{[]string{strings.Repeat("k", 256)}, strings.Repeat("k", 256), true},
		{[]string{strings.Repeat("k", 257)}, "", false},
		{[]string{"☺"}, "", false},
		{[]string{"a\tb"}, "", false},
		{[]string{"a", "b"}, "", false},
	}
	for _, test := range tests {
		key, err := idempotencyKey(http.Header{"Idempotency-Key": test.keys})
		if key != test.want || (err == nil) != test.ok {
			t.Errorf("%q: %q, %v; want %q, ok %t", test.keys, key, err, test.want, test.ok)
		}
	}
}

func TestWantsStream(t *testing.T) {
	for accept, want := range map[string]bool{
		"":                                       false,
		"*/*":                                    false,
		"text/*":                                 false,
		"text/event-stream":                      true,
		"Text/Event-Stream; q=0.5":               true,
		"application/json , text/event-stream":   true,
		"application/json;a=text/event-stream":   false,
		"text/event-stream-of-another-kind, a/b": false,
	} {
		if got := wantsStream(http.Header{"Accept": {accept}}); got != want {
			t.Errorf("Accept %q: %t, want %t", accept, got, want)
		}
	}
}
