package signaling_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"inbox/signaling"
)

// What trying again does not change ends Messages and Send at once, as the
// error that the server meant.
func TestClientErrors(t *testing.T) {
	server := signaling.NewHandler(signaling.NewMemory(signaling.MemoryOptions{}), signaling.Options{
		Refuse: []string{"admin"}, MaxBody: 10, Limits: noLimits,
	})
	answering := func(status int, line string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, line, status) })
	}
	both := []string{"messages", "send"}
	tests := []struct {
		name    string
		server  http.Handler
		id      string
		methods []string
		want    error
		text    string
	}{
		{"wrong password", server, "taken", both, signaling.ErrWrongPassword, "use its password or another identifier"},
		{"refused", server, "admin", both, signaling.ErrRefused, "choose another identifier"},
		{"invalid identifier", server, "a:b", both, signaling.ErrInvalidID, ""},
		{"no such inbox", server, "sender", []string{"send"}, signaling.ErrNotFound, "GET /inbox"},
		{"too large", server, "sender", []string{"send large"}, signaling.ErrTooLarge, "-max-body-size"},
		{"another server's 401", answering(401, "<html>\x1b[31m"), "sender", both, signaling.ErrWrongPassword, ""},
		{"another server's 418", answering(418, "teapot\x1b[31m\nand more"), "sender", both, &signaling.StatusError{}, "teapot[31m"},
		{"not an inbox server", answering(405, ""), "sender", both, signaling.ErrMethod, ""},
	}
	for _, test := range tests {
		for _, method := range test.methods {
			t.Run(test.name+"/"+method, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					if _, err := bubbleClient(server, "taken").ICEServers(t.Context()); err == nil {
						t.Fatal("the inbox is there")
					}
					owner := bubbleClient(server, "taken")
					owner.Credentials.Password = "another"
					makeInbox(t, owner)
					err := callMethod(t, bubbleClient(test.server, test.id), method)
					if _, isStatus := errors.AsType[*signaling.StatusError](test.want); isStatus {
						status, ok := errors.AsType[*signaling.StatusError](err)
						if !ok || status.Status != 418 {
							t.Errorf("got %v, want a StatusError of 418", err)
						}
					} else if !errors.Is(err, test.want) {
						t.Errorf("got %v, want %v", err, test.want)
					}
					if err != nil && (!strings.Contains(err.Error(), test.text) || strings.ContainsAny(err.Error(), "\x1b\n")) {
						t.Errorf("the error is %q, want %q in it and no control characters", err, test.text)
					}
					if err := owner.Remove(t.Context()); err != nil {
						t.Error(err)
					}
				})
			})
		}
	}
}

func callMethod(t *testing.T, c *signaling.Client, method string) error {
	switch method {
	case "messages":
		return errorOfMessages(t, c)
	case "send large":
		return c.Send(t.Context(), "nobody", make([]byte, 11))
	}
	return c.Send(t.Context(), "nobody", nil)
}

// makeInbox makes c's inbox.
func makeInbox(t *testing.T, c *signaling.Client) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c.OnState = func(error) { cancel() }
	for _, err := range c.Messages(ctx) {
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	c.OnState = nil
}

// A setting that cannot work is said at once.
func TestClientBadURL(t *testing.T) {
	for _, u := range []string{"", "localhost:3000", "ftp://host", "https://", "http://[::1"} {
		c := &signaling.Client{URL: u, Credentials: signaling.Credentials{ID: "a"}}
		if err := c.Send(t.Context(), "b", nil); err == nil || !strings.Contains(err.Error(), "URL") {
			t.Errorf("URL %q: %v", u, err)
		}
		if err := errorOfMessages(t, c); !strings.Contains(err.Error(), "URL") {
			t.Errorf("URL %q: %v", u, err)
		}
	}
}

// A POST that was redirected as a GET was not done.
func TestClientRedirected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := bubbleClient(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				http.Redirect(w, r, "http://other.example/", http.StatusFound)
			}
		}), "sender")
		if err := c.Send(t.Context(), "receiver", nil); err == nil || !strings.Contains(err.Error(), "other.example") {
			t.Errorf("got %v, want an error that names the other server", err)
		}
	})
}

// Send tries again with the same key and body, and waits as long as it is told to.
func TestClientSendTriesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &recorder{handle: func(n int, w http.ResponseWriter, r *http.Request) {
			switch n {
			case 1:
				panic(http.ErrAbortHandler)
			case 2:
				w.Header().Set("Retry-After", "60")
				w.WriteHeader(http.StatusTooManyRequests)
			case 3:
				w.Header().Set("Retry-After", time.Now().UTC().Add(30*time.Second).Format(http.TimeFormat))
				w.WriteHeader(http.StatusServiceUnavailable)
			case 4:
				<-r.Context().Done() // an answer that never comes
			case 5:
				w.WriteHeader(http.StatusInternalServerError)
			case 6:
				w.Header().Set("Retry-After", "99999999999999999999")
				w.WriteHeader(http.StatusBadGateway)
			}
		}}
		if err := bubbleClient(server, "sender").Send(t.Context(), "receiver", []byte("hello")); err != nil {
			t.Fatal(err)
		}
		least := []time.Duration{0, 0, 60, 90, 105, 105, 105}
		tries := server.seen()
		if len(tries) != len(least) {
			t.Fatalf("%d tries, want %d", len(tries), len(least))
		}
		for i, try := range tries {
			if at := least[i] * time.Second; try.at < at || try.at > at+10*time.Second {
				t.Errorf("try %d after %v, want a little more than %v", i, try.at, at)
			}
			if try.body != "hello" || try.key == "" || try.key != tries[0].key {
				t.Errorf("try %d: body %q, key %q, want hello and %q", i, try.body, try.key, tries[0].key)
			}
		}
	})
}

// Two calls of Send are two messages, and have different keys.
func TestClientSendKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := recording(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		c := bubbleClient(server, "sender")
		for range 2 {
			if err := c.Send(t.Context(), "receiver", nil); err != nil {
				t.Fatal(err)
			}
		}
		if seen := server.seen(); seen[0].key == seen[1].key {
			t.Errorf("both keys are %q", seen[0].key)
		}
	})
}

// When its context ends, Send says what the matter was.
func TestClientSendGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := signaling.NewHandler(signaling.NewMemory(signaling.MemoryOptions{InboxCapacity: 1}), signaling.Options{})
		makeInbox(t, bubbleClient(server, "receiver"))
		c := bubbleClient(server, "sender")
		if err := c.Send(t.Context(), "receiver", nil); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		err := c.Send(ctx, "receiver", nil)
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, signaling.ErrInboxFull) {
			t.Errorf("got %v, want the deadline and the full inbox", err)
		}
	})
}

// An answer that is lost on the way leads to no second message.
func TestClientSendOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newMailbox()
		receiver := bubbleClient(server, "receiver")
		makeInbox(t, receiver)
		var tries atomic.Int32
		sender := bubbleClient(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if tries.Add(1)%3 != 0 {
				w = lostAnswer{}
				defer panic(http.ErrAbortHandler)
			}
			server.ServeHTTP(w, r)
		}), "sender")
		for _, body := range []string{"one", "two", "three"} {
			if err := sender.Send(t.Context(), "receiver", []byte(body)); err != nil {
				t.Fatal(err)
			}
		}
		var got []string
		for _, m := range receive(t, receiver, 3) {
			got = append(got, string(m.Body))
		}
		if want := []string{"one", "two", "three"}; !slices.Equal(got, want) || tries.Load() != 9 {
			t.Errorf("got %q after %d tries, want %q after 9", got, tries.Load(), want)
		}
	})
}

// lostAnswer is an http.ResponseWriter of a connection that is no more.
type lostAnswer struct{}

func (lostAnswer) Header() http.Header         { return http.Header{} }
func (lostAnswer) WriteHeader(int)             {}
func (lostAnswer) Write(p []byte) (int, error) { return len(p), nil }
