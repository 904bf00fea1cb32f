package signaling_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"inbox/signaling"
)

// discard is an http.ResponseWriter that costs nothing itself.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}
func (d discard) Flush()                      {}

var benchmarkBody = strings.Repeat("x", 1500)

// BenchmarkHandlerPost measures a POST of 1,500 bytes, without the network.
func BenchmarkHandlerPost(b *testing.B) {
	store := signaling.NewMemory(signaling.MemoryOptions{})
	h := signaling.NewHandler(store, signaling.Options{Limits: noLimits})
	reader := openReader(b, store, "receiver")
	post := newRequest("POST", "/inbox?to=receiver", "sender", "")
	post.ContentLength = int64(len(benchmarkBody))
	b.ReportAllocs()
	for b.Loop() {
		post.Body = io.NopCloser(strings.NewReader(benchmarkBody))
		h.ServeHTTP(discard{make(http.Header)}, post)
		if _, err := reader.Take(b.Context(), 0); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHandlerGet measures a GET that finds a message of 1,500 bytes,
// without the network.
func BenchmarkHandlerGet(b *testing.B) {
	store := signaling.NewMemory(signaling.MemoryOptions{})
	h := signaling.NewHandler(store, signaling.Options{Limits: noLimits, NoWait: true})
	openReader(b, store, "receiver").Close()
	get := newRequest("GET", "/inbox", "receiver", "")
	body := []byte(benchmarkBody)
	b.ReportAllocs()
	for b.Loop() {
		if err := store.Put(b.Context(), signaling.Credentials{ID: "sender"}, "receiver", body, "", nil); err != nil {
			b.Fatal(err)
		}
		w := discard{make(http.Header)}
		h.ServeHTTP(w, get)
		if w.header.Get("X-From") != "sender" {
			b.Fatal("no message")
		}
	}
}

// BenchmarkParkedGets measures what a GET that waits keeps in memory, and what
// a stream without messages does: the server's side of ten thousand HTTP/1.1
// connections over loopback, goroutines' stacks and net/http's buffers
// included; "net/http" is without Handler.Run.
func BenchmarkParkedGets(b *testing.B) {
	b.Run("plain", func(b *testing.B) { benchmarkParked(b, "*/*", true) })
	b.Run("plain on net/http", func(b *testing.B) { benchmarkParked(b, "*/*", false) })
	b.Run("stream", func(b *testing.B) { benchmarkParked(b, "text/event-stream", true) })
	b.Run("stream on net/http", func(b *testing.B) { benchmarkParked(b, "text/event-stream", false) })
}

func benchmarkParked(b *testing.B, accept string, run bool) {
	const n = 10_000
	for b.Loop() {
		parked := make(chan struct{}, n)
		store := openings{Store: signaling.NewMemory(signaling.MemoryOptions{}), opened: parked}
		if run {
			store.opened = make(chan struct{}, n)
		}
		handler := signaling.NewHandler(store, signaling.Options{
			MaxWait: time.Hour, Heartbeat: time.Hour, Limits: noLimits,
		})
		ctx, cancel := context.WithCancel(b.Context())
		var running sync.WaitGroup
		if run {
			running.Go(func() { handler.Run(ctx) })
		}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			handler.ServeHTTP(w, r)
			if run {
				parked <- struct{}{}
			}
		}))
		before := memoryInUse()
		stop := startParkedClients(b, server.Listener.Addr().String(), n, accept)
		for range n {
			<-parked
		}
		b.ReportMetric(float64(memoryInUse()-before)/n, "B/get")
		cancel()
		stop()
		running.Wait()
		server.Close()
	}
}

// memoryInUse returns the bytes of live objects and of all stacks.
func memoryInUse() int64 {
	runtime.GC()
	runtime.GC() // the first only moves sync.Pools aside
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

const parkedClientsEnv = "INBOX_TEST_PARKED_CLIENTS" // "address count accept"

// startParkedClients starts n connections with one GET each in a process of
// their own, because both ends of ten thousand are more file descriptors than a
// process commonly has.
func startParkedClients(b *testing.B, address string, n int, accept string) (stop func()) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestParkedClients$", "-test.count=1")
	cmd.Env = append(os.Environ(), fmt.Sprintln(parkedClientsEnv+"="+address, n, accept))
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	return func() {
		stdin.Close()
		if err := cmd.Wait(); err != nil {
			b.Errorf("parked clients: %v", err)
		}
	}
}

// TestParkedClients is the process that startParkedClients starts; by itself it
// tests nothing.
func TestParkedClients(t *testing.T) {
	var address, accept string
	var n int
	if _, err := fmt.Sscan(os.Getenv(parkedClientsEnv), &address, &n, &accept); err != nil {
		return
	}
	for i := range n {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		user := base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "inbox-%d:password", i))
		fmt.Fprintf(c, "GET /inbox HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic %s\r\nAccept: %s\r\n\r\n", user, accept)
	}
	io.Copy(io.Discard, os.Stdin) // until the benchmark has measured
}
