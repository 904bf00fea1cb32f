package signaling_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"inbox/signaling"
)

// Every way to the server gives the same messages.
func TestClientMessages(t *testing.T) {
	routes := map[string]func(http.Handler) http.Handler{
		"stream":                   func(h http.Handler) http.Handler { return h },
		"behind a buffering proxy": func(h http.Handler) http.Handler { return bufferingProxy(h, false) },
		"behind a proxy that holds the body back": func(h http.Handler) http.Handler { return bufferingProxy(h, true) },
		"server without streams":                  withoutStreams,
	}
	bodies := [][]byte{
		[]byte(`{"type":"offer","sdp":"v=0\r\n"}`), {}, []byte("data: x\n\nid: 7\n\n"), []byte("\xff\x00\xfe"), []byte("ü\u2028"),
		bytes.Repeat([]byte("<"), 64<<10),
	}
	for name, route := range routes {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := newMailbox()
				receiver, sender := bubbleClient(route(server), "receiver"), bubbleClient(server, "s ü")
				var sending sync.WaitGroup
				defer sending.Wait() // the last message may be there before its sender knows
				sending.Go(func() {
					for _, body := range bodies {
						if err := sendWhenThere(t.Context(), sender, "receiver", body); err != nil {
							t.Error(err)
						}
					}
				})
				for i, m := range receive(t, receiver, len(bodies)) {
					if m.From != "s ü" || !bytes.Equal(m.Body, bodies[i]) {
						t.Errorf("message %d is %.40q from %q, want %.40q from %q", i, m.Body, m.From, bodies[i], "s ü")
					}
				}
			})
		})
	}
}

// sendWhenThere sends, and sends again while the receiver is not there.
func sendWhenThere(ctx context.Context, c *signaling.Client, to string, body []byte) error {
	for {
		err := c.Send(ctx, to, body)
		if !errors.Is(err, signaling.ErrNotFound) {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// A loop that ends leaves its inbox as it is; the next loop of the same client
// goes on behind the last message.
func TestClientMessagesGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newMailbox()
		receiver, sender := bubbleClient(server, "receiver"), bubbleClient(server, "sender")
		go func() {
			for i := range 5 {
				sendWhenThere(t.Context(), sender, "receiver", fmt.Append(nil, i))
			}
		}()
		var got []string
		for _, n := range []int{1, 2, 2} {
			for _, m := range receive(t, receiver, n) {
				got = append(got, string(m.Body))
			}
		}
		if want := []string{"0", "1", "2", "3", "4"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

// More messages than a stream has make no difference.
func TestClientLongStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 350
		server := newMailbox()
		receiver, sender := bubbleClient(server, "receiver"), bubbleClient(server, "sender")
		go func() {
			for i := range n {
				sendWhenThere(t.Context(), sender, "receiver", fmt.Append(nil, i))
			}
		}()
		for i, m := range receive(t, receiver, n) {
			if string(m.Body) != fmt.Sprint(i) {
				t.Fatalf("message %d is %q", i, m.Body)
			}
		}
	})
}

// Whoever holds back a stream is found out after StreamWait and not before.
func TestClientFallsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := recording(bufferingProxy(newMailbox(), false))
		client := bubbleClient(server, "receiver")
		client.StreamWait = 7 * time.Second
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
		defer cancel()
		var reached time.Duration
		start := time.Now()
		client.OnState = func(err error) {
			if err == nil {
				reached = time.Since(start)
			}
		}
		for _, err := range client.Messages(ctx) {
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
		}
		if reached < 7*time.Second || reached > 8*time.Second {
			t.Errorf("reached the server after %v, want a little more than 7s", reached)
		}
		// One poll at once, then one every 25 s.
		if streams, polls := server.count(); streams != 1 || polls < 9 || polls > 11 {
			t.Errorf("%d streams and %d polls, want 1 and about 10", streams, polls)
		}
	})
}

// After a while of polling it tries a stream again.
func TestClientReturnsToStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mailbox := newMailbox()
		proxy := bufferingProxy(mailbox, false)
		start := time.Now()
		server := &recorder{handle: func(_ int, w http.ResponseWriter, r *http.Request) {
			if time.Since(start) < time.Minute {
				proxy.ServeHTTP(w, r)
				return
			}
			mailbox.ServeHTTP(w, r)
		}}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
		defer cancel()
		for range bubbleClient(server, "receiver").Messages(ctx) {
		}
		if streams, polls := server.count(); streams != 2 || polls > 14 {
			t.Errorf("%d streams and %d polls, want 2 and at most 14", streams, polls)
		}
	})
}

// A stream whose heartbeats stop is dropped; a loop that is busy with a message
// for as long is not.
func TestClientDropsSilentStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &recorder{handle: func(n int, w http.ResponseWriter, r *http.Request) {
			if n > 1 {
				http.Error(w, signaling.ErrWrongPassword.Error(), http.StatusUnauthorized)
				return
			}
			w.Header().Set("Content-Type", "text/event-stream")
			io.WriteString(w, ": open\n\nid: a\nevent: message\ndata: {\"from\":\"sender\",\"body\":\"\"}\n\n")
			<-r.Context().Done()
		}}
		for _, err := range bubbleClient(server, "receiver").Messages(t.Context()) {
			if err == nil {
				time.Sleep(time.Minute)
			}
		}
		asked := server.seen()
		if len(asked) != 2 || asked[1].at < 100*time.Second || asked[1].at > 101*time.Second {
			t.Errorf("requests %+v, want one at 0 and one a little after 1m40s", asked)
		}
	})
}

// A server that never waits is asked once a second and no more.
func TestClientPace(t *testing.T) {
	servers := map[string]http.Handler{
		"no waiting":             signaling.NewHandler(signaling.NewMemory(signaling.MemoryOptions{}), signaling.Options{NoWait: true}),
		"no waiting, no streams": withoutStreams(signaling.NewHandler(signaling.NewMemory(signaling.MemoryOptions{}), signaling.Options{NoWait: true})),
		"empty streams": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
		}),
		"garbage":       http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") }),
		"garbage event": garbageStream("id: 1\ndata: {\n\n"),
		"no ID":         garbageStream("data: {\"from\":\"a\",\"body\":\"b\"}\n\n"),
		"bad ID":        garbageStream("id: a b\ndata: {\"from\":\"a\",\"body\":\"b\"}\n\n"),
		"bad base64":    garbageStream("id: 1\ndata: {\"from\":\"a\",\"body\":\"b\",\"encoding\":\"base64\"}\n\n"),
		"aborts":        http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }),
		"not found":     http.NotFoundHandler(),
		"gateway":       http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }),
	}
	for name, server := range servers {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := recording(server)
				ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
				defer cancel()
				for m, err := range bubbleClient(server, "receiver").Messages(ctx) {
					if err == nil {
						t.Errorf("got the message %+v", m)
					}
				}
				if got := len(server.seen()); got < 12 || got > 65 {
					t.Errorf("%d requests in a minute, want 12 to 65", got)
				}
			})
		})
	}
}

func garbageStream(text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		io.WriteString(w, ": open\n\n"+text)
		<-r.Context().Done()
	})
}
