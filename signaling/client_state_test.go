package signaling_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"inbox/signaling"
)

// The newest reader wins and the older one says so, whichever way it reads.
func TestClientDisplaced(t *testing.T) {
	server := newMailbox()
	for name, route := range map[string]http.Handler{"stream": server, "poll": withoutStreams(server)} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				older, newer := bubbleClient(route, "receiver"), bubbleClient(route, "receiver")
				ended := make(chan error)
				go func() { ended <- errorOfMessages(t, older) }()
				synctest.Wait()
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				go func() {
					for _, err := range newer.Messages(ctx) {
						ended <- err
					}
				}()
				if err := <-ended; !errors.Is(err, signaling.ErrDisplaced) {
					t.Errorf("got %v, want ErrDisplaced", err)
				}
				time.Sleep(time.Minute)
				cancel()
				if err := <-ended; !errors.Is(err, context.Canceled) {
					t.Errorf("the newer one got %v, want to read until it is cancelled", err)
				}
			})
		})
	}
}

// A request that the client thought lost and that reaches the server late
// displaces the client's own next request. That does not end it; a stranger
// who comes afterwards does.
func TestClientOwnLateRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newMailbox()
		var requests atomic.Int32
		client := bubbleClient(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if requests.Add(1) == 1 {
				time.AfterFunc(time.Second, func() {
					ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
					defer cancel()
					server.ServeHTTP(lostAnswer{}, r.Clone(ctx))
				})
				panic(http.ErrAbortHandler)
			}
			server.ServeHTTP(w, r)
		}), "receiver")
		ended := make(chan error, 1)
		go func() { ended <- errorOfMessages(t, client) }()
		time.Sleep(5 * time.Second)
		if n := requests.Load(); n != 3 {
			t.Errorf("%d requests, want 3: the lost one, the displaced one and the one after", n)
		}
		select {
		case err := <-ended:
			t.Fatalf("ended by its own request: %v", err)
		default:
		}
		makeInbox(t, bubbleClient(server, "receiver"))
		select {
		case err := <-ended:
			if !errors.Is(err, signaling.ErrDisplaced) {
				t.Errorf("got %v, want ErrDisplaced", err)
			}
		case <-time.After(time.Minute):
			t.Error("not ended by a stranger")
		}
	})
}

// OnState tells what a person wants to know, once.
func TestClientStates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newMailbox()
		var down atomic.Bool
		client := bubbleClient(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if down.Load() {
				w.WriteHeader(http.StatusBadGateway)
				return
			}
			server.ServeHTTP(w, r)
		}), "receiver")
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var log bytes.Buffer
		client.Logger = slog.New(slog.NewTextHandler(&log, nil))
		var reached, lost atomic.Int32
		client.OnState = func(err error) {
			if err == nil {
				reached.Add(1)
			} else if _, ok := errors.AsType[*signaling.StatusError](err); ok {
				lost.Add(1)
			} else {
				t.Error(err)
			}
		}
		down.Store(true)
		done := make(chan struct{})
		go func() {
			defer close(done)
			for range client.Messages(ctx) {
			}
		}()
		time.Sleep(time.Minute)
		if reached.Load() != 0 || lost.Load() < 10 {
			t.Errorf("while down: reached %d times, lost %d times", reached.Load(), lost.Load())
		}
		down.Store(false)
		lost.Store(0)
		time.Sleep(time.Hour)
		cancel()
		<-done
		if reached.Load() != 1 || lost.Load() != 0 {
			t.Errorf("when back: reached %d times, lost %d times, want 1 and 0", reached.Load(), lost.Load())
		}
		if lines := strings.Count(log.String(), "\n"); lines != 1 || strings.Contains(log.String(), "password") {
			t.Errorf("logged %d lines, want one without the password:\n%s", lines, &log)
		}
	})
}

// A server that restarts has forgotten everything; its clients come back and
// make their inboxes anew.
func TestClientServerRestarts(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	stop := serve(t, listener)
	client := func(id string) *signaling.Client {
		return &signaling.Client{
			URL:         "http://" + address,
			Credentials: signaling.Credentials{ID: id, Password: "password"},
		}
	}
	receiver, sender := client("receiver"), client("sender")
	next := make(chan string)
	go func() {
		defer close(next)
		for m, err := range receiver.Messages(t.Context()) {
			if err != nil {
				return
			}
			next <- string(m.Body)
		}
	}()
	for _, body := range []string{"first life", "second life", "third life"} {
		if err := sendWhenThere(t.Context(), sender, "receiver", []byte(body)); err != nil {
			t.Fatal(err)
		}
		if got := <-next; got != body {
			t.Errorf("got %q, want %q", got, body)
		}
		stop()
		if listener, err = net.Listen("tcp", address); err != nil {
			t.Fatal(err)
		}
		stop = serve(t, listener)
	}
}

// serve serves a new mailbox until stop, or the test's end.
func serve(t *testing.T, listener net.Listener) (stop func()) {
	server := &http.Server{Handler: newMailbox()}
	done := make(chan struct{})
	go func() {
		defer close(done)
		server.Serve(listener)
	}()
	stop = func() {
		server.Close()
		<-done
	}
	t.Cleanup(stop)
	return stop
}

func TestClientRemove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newMailbox()
		c := bubbleClient(server, "receiver")
		makeInbox(t, c)
		for range 2 { // the second time, there is nothing left to remove
			if err := c.Remove(t.Context()); err != nil {
				t.Error(err)
			}
		}
		if err := bubbleClient(server, "sender").Send(t.Context(), "receiver", nil); !errors.Is(err, signaling.ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
	})
}

func TestClientICEServers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		want := []signaling.ICEServer{{URLs: []string{"turn:turn.example"}, Username: "u", Credential: "c"}}
		server := signaling.NewHandler(signaling.NewMemory(signaling.MemoryOptions{}), signaling.Options{ICEServers: want})
		c := bubbleClient(server, "receiver")
		if _, err := c.ICEServers(t.Context()); !errors.Is(err, signaling.ErrNotFound) {
			t.Errorf("without an inbox: %v, want ErrNotFound", err)
		}
		makeInbox(t, c)
		got, err := c.ICEServers(t.Context())
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %v and %v, want %v", got, err, want)
		}
		stranger := bubbleClient(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>")) }), "receiver")
		if _, err := stranger.ICEServers(t.Context()); err == nil {
			t.Error("no error from a server that is none")
		}
	})
}
