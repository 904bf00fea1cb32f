package signaling

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// caller makes requests of one inbox from one address.
type caller struct {
	handler      *Handler
	address      string // with port
	id, password string
}

func (c caller) get() int { return c.ask("GET", "/inbox").Code }

func (c caller) ask(method, target string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	r.RemoteAddr = c.address
	r.SetBasicAuth(c.id, c.password)
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	return w
}

func limited(l Limits) *Handler {
	return NewHandler(NewMemory(MemoryOptions{InboxTimeout: 24 * time.Hour}), Options{NoWait: true, Limits: l})
}

func TestLimitRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := limited(Limits{RequestRate: 0.5, RequestBurst: 3})
		c := caller{h, "192.0.2.1:1", "receiver", "p"}
		for range 3 {
			if got := c.get(); got != 204 {
				t.Fatalf("within the burst: %d", got)
			}
		}
		w := c.ask("GET", "/inbox")
		if w.Code != 429 || w.Header().Get("Retry-After") != "2" || !strings.HasPrefix(w.Body.String(), "too many requests: ") {
			t.Errorf("over the burst: %d %v %q", w.Code, w.Header(), w.Body)
		}
		if got := (caller{h, "192.0.2.2:1", "other", "p"}).get(); got != 204 {
			t.Errorf("another address: %d", got)
		}
		time.Sleep(2 * time.Second)
		if first, second := c.get(), c.get(); first != 204 || second != 429 {
			t.Errorf("2 s later: %d, %d; want 204, 429", first, second)
		}
	})
}

func TestLimitInboxes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := limited(Limits{InboxRate: 0.1, InboxBurst: 3})
		for i := range 4 {
			want := 204
			if i == 3 {
				want = 429
			}
			if got := (caller{h, "192.0.2.1:1", fmt.Sprint("inbox-", i), "p"}).get(); got != want {
				t.Errorf("inbox %d: %d, want %d", i, got, want)
			}
		}
		if got := (caller{h, "192.0.2.1:1", "inbox-0", "p"}).get(); got != 204 {
			t.Errorf("an inbox that is there: %d", got)
		}
		sender := caller{h, "192.0.2.1:1", "sender", "p"}
		w := sender.ask("POST", "/inbox?to=inbox-0")
		if w.Code != 429 || w.Header().Get("Retry-After") != "10" {
			t.Errorf("a POST that makes an inbox: %d %v", w.Code, w.Header())
		}
		time.Sleep(10 * time.Second)
		if got := sender.ask("POST", "/inbox?to=inbox-0").Code; got != 200 {
			t.Errorf("10 s later: %d", got)
		}
	})
}

// One address cannot guess on, neither for one inbox nor for many.
func TestLimitPasswordsOfAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := limited(Limits{PasswordRate: 0.2, PasswordBurst: 3})
		for i := range 4 {
			(caller{h, "192.0.2.1:1", fmt.Sprint("inbox-", i), "right"}).get()
		}
		for i := range 3 {
			if got := (caller{h, "192.0.2.9:1", fmt.Sprint("inbox-", i), "wrong"}).get(); got != 401 {
				t.Errorf("guess %d: %d, want 401", i, got)
			}
		}
		// Now not even the right one is looked at: that would be a way to guess on.
		guesser := caller{h, "192.0.2.9:2", "inbox-3", "right"}
		w := guesser.ask("GET", "/inbox")
		if w.Code != 429 || w.Header().Get("Retry-After") != "5" || !strings.HasPrefix(w.Body.String(), "too many wrong passwords: ") {
			t.Errorf("over the burst: %d %v %q", w.Code, w.Header(), w.Body)
		}
		time.Sleep(5 * time.Second)
		if got := guesser.get(); got != 204 {
			t.Errorf("5 s later: %d", got)
		}
	})
}

// A flood of wrong passwords for one inbox from many addresses does not go on,
// and does not lock out its owner: neither where it was before, nor for ever
// elsewhere, nor when the flood comes through its own address.
func TestLimitPasswordsOfInbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := limited(Limits{PasswordRate: 0.2, PasswordBurst: 3, RequestRate: -1})
		owner := caller{h, "192.0.2.1:1", "receiver", "right"}
		if got := owner.get(); got != 204 {
			t.Fatalf("the owner: %d", got)
		}
		looked := 0
		for i := range 1000 {
			guess := caller{h, fmt.Sprintf("198.51.%d.%d:1", i/250, i%250), "receiver", "wrong"}
			if i%2 == 0 {
				guess.address = owner.address
			}
			if got := guess.get(); got == 401 {
				looked++
			} else if got != 429 {
				t.Fatalf("guess %d: %d, want 401 or 429", i, got)
			}
			if got := owner.get(); got != 204 {
				t.Fatalf("the owner after %d guesses: %d, want 204", i+1, got)
			}
		}
		if looked != 3 {
			t.Errorf("%d guesses were looked at, want 3", looked)
		}
		owner.address = "192.0.2.2:1"
		if got := owner.get(); got != 429 {
			t.Errorf("the owner elsewhere during the flood: %d, want 429", got)
		}
		time.Sleep(5 * time.Second)
		if got := owner.get(); got != 204 {
			t.Errorf("the owner elsewhere after it: %d, want 204", got)
		}
	})
}

// Guesses that come all at once do not get past the limit for long.
func TestLimitPasswordsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := limited(Limits{PasswordRate: 1, PasswordBurst: 5})
		(caller{h, "192.0.2.1:1", "receiver", "right"}).get()
		guess := caller{h, "192.0.2.9:1", "receiver", "wrong"}
		var mu sync.Mutex
		looked := 0
		for range 60 { // seconds
			var guesses sync.WaitGroup
			for range 8 {
				guesses.Go(func() {
					if guess.get() == http.StatusUnauthorized {
						mu.Lock()
						defer mu.Unlock()
						looked++
					}
				})
			}
			guesses.Wait()
			time.Sleep(time.Second)
		}
		if most := 5 + 60 + 8; looked > most || looked < 60 {
			t.Errorf("%d guesses were looked at in a minute, want 60 to %d", looked, most)
		}
	})
}

// Negative rates are none, and the default lets a burst through.
func TestLimitNone(t *testing.T) {
	h := limited(Limits{RequestRate: -1, InboxRate: -1, PasswordRate: -1})
	(caller{h, "192.0.2.1:1", "taken", "right"}).get()
	for i := range 1000 {
		if got := (caller{h, "192.0.2.1:1", fmt.Sprint("inbox-", i), "p"}).get(); got != 204 {
			t.Fatalf("inbox %d: %d", i, got)
		}
		if got := (caller{h, "192.0.2.1:1", "taken", "wrong"}).get(); got != 401 {
			t.Fatalf("guess %d: %d", i, got)
		}
	}
}

// What is remembered is bounded, and the addresses in use are not the ones forgotten.
func TestLimitAddressesBounded(t *testing.T) {
	h := limited(Limits{Addresses: 10, RequestRate: 0.001, RequestBurst: 100})
	busy := caller{h, "192.0.2.1:1", "receiver", "p"}
	for i := range 100 {
		if got := busy.get(); got != 204 {
			t.Fatalf("request %d: %d", i, got)
		}
		address := fmt.Sprintf("198.51.100.%d:1", i)
		(caller{h, address, "receiver", "wrong"}).get()
		(caller{h, address, fmt.Sprint("inbox-", i), "p"}).get()
		(caller{h, address, fmt.Sprint("inbox-", i), "wrong"}).get()
	}
	if got := busy.get(); got != 429 {
		t.Errorf("the busy address was forgotten: %d, want 429", got)
	}
	l := h.limits
	for name, n := range map[string]int{
		"addresses": len(l.addresses.young) + len(l.addresses.old),
		"inboxes":   len(l.passwords.young) + len(l.passwords.old),
		"proofs":    len(l.proven.young) + len(l.proven.old),
	} {
		if n < 10 || n > 20 {
			t.Errorf("%d %s are remembered, want 10 to 20", n, name)
		}
	}
}

func TestRecent(t *testing.T) {
	const bound = 4
	r := newRecent[int, string](bound)
	var used []int // in order, the last one at the end
	use := func(key int) {
		used = append(slices.DeleteFunc(used, func(k int) bool { return k == key }), key)
	}
	for range 10_000 {
		key := rand.IntN(3 * bound)
		value, ok := r.get(key)
		switch {
		case ok && value != fmt.Sprint(key):
			t.Fatalf("%d has the value %q", key, value)
		case !ok && slices.Contains(used[max(0, len(used)-bound):], key):
			t.Fatalf("%d was forgotten; used last: %v", key, used)
		case !ok:
			r.put(key, fmt.Sprint(key))
		}
		use(key)
		if n := len(r.young) + len(r.old); n > 2*bound {
			t.Fatalf("%d entries with a bound of %d", n, bound)
		}
	}
}

func TestClientAddress(t *testing.T) {
	tests := []struct {
		remote    string
		forwarded []string
		trust     bool
		want      string
	}{
		{"192.0.2.1:1234", nil, false, "192.0.2.1"},
		{"[::ffff:192.0.2.1]:1234", nil, false, "192.0.2.1"},
		{"[2001:db8:1:2:3:4:5:6]:1234", nil, false, "2001:db8:1:2::"},
		{"[fe80::1%eth0]:1234", nil, false, "fe80::"},
		{"pipe", nil, false, "invalid IP"},
		{"192.0.2.1:1234", []string{"203.0.113.5"}, false, "192.0.2.1"},
		{"192.0.2.1:1234", nil, true, "192.0.2.1"},
		{"192.0.2.1:1234", []string{"203.0.113.5"}, true, "203.0.113.5"},
		{"192.0.2.1:1234", []string{"203.0.113.5, 203.0.113.6"}, true, "203.0.113.6"},
		{"192.0.2.1:1234", []string{"203.0.113.5", "203.0.113.6, 203.0.113.7"}, true, "203.0.113.7"},
		{"192.0.2.1:1234", []string{"203.0.113.5:99"}, true, "203.0.113.5"},
		{"192.0.2.1:1234", []string{"[2001:db8:1:2:3::]:99"}, true, "2001:db8:1:2::"},
		{"192.0.2.1:1234", []string{"203.0.113.5, unknown"}, true, "invalid IP"},
	}
	for _, test := range tests {
		r := httptest.NewRequest("GET", "/inbox", nil)
		r.RemoteAddr = test.remote
		r.Header["X-Forwarded-For"] = test.forwarded
		if got := clientAddress(r, test.trust).String(); got != test.want {
			t.Errorf("%s, X-Forwarded-For %q, trusted %t: %s, want %s", test.remote, test.forwarded, test.trust, got, test.want)
		}
	}
}
