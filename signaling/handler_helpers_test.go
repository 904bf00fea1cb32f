package signaling_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"inbox/signaling"
)

// newRequest returns a request of the inbox id, whose password is "password".
func newRequest(method, target, id, body string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.SetBasicAuth(id, "password")
	return r
}

func openReader(tb testing.TB, store signaling.Store, id string) signaling.Reader {
	tb.Helper()
	reader, err := store.Open(tb.Context(), signaling.Credentials{ID: id, Password: "password"}, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return reader
}

// mailbox is a running server, and what a test says to it. Inboxes have the
// password "password".
type mailbox struct {
	t      *testing.T
	url    string
	client *http.Client
	opened chan struct{} // gets one for every GET that has become its inbox's reader
	closed chan struct{} // gets one for every such reader that is closed
	served chan struct{} // gets one for every request that ServeHTTP has returned from
	stop   context.CancelFunc
	ended  chan struct{} // closed when Run has returned
}

// answered is an answer as its client got it, whole.
type answered struct {
	status int
	header http.Header
	body   string
	err    error // if there was no answer, or it broke off
}

// newPipeMailbox starts a server that is reached through net.Pipe: net/http as
// it is, in a bubble of testing/synctest.
func newPipeMailbox(t *testing.T, opts signaling.Options) *mailbox {
	listener := &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
	return startMailbox(t, listener, &http.Transport{DialContext: listener.dial}, opts)
}

// newHTTP2Mailbox is newPipeMailbox with HTTP/2 (RFC 9113, section 3.3, with
// prior knowledge).
func newHTTP2Mailbox(t *testing.T, opts signaling.Options) *mailbox {
	listener := &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	return startMailbox(t, listener, &http.Transport{DialContext: listener.dial, Protocols: &protocols}, opts)
}

// newSocketMailbox starts a server on a loopback socket.
func newSocketMailbox(t *testing.T, opts signaling.Options) *mailbox {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return startMailbox(t, listener, &http.Transport{}, opts)
}

func startMailbox(t *testing.T, listener net.Listener, transport *http.Transport, opts signaling.Options) *mailbox {
	ctx, cancel := context.WithCancel(context.Background())
	m := &mailbox{
		t:      t,
		url:    "http://" + listener.Addr().String(),
		client: &http.Client{Transport: transport},
		opened: make(chan struct{}, 1000),
		closed: make(chan struct{}, 1000),
		served: make(chan struct{}, 1000),
		stop:   cancel,
		ended:  make(chan struct{}),
	}
	store := signaling.NewMemory(signaling.MemoryOptions{})
	handler := signaling.NewHandler(openings{store, m.opened, m.closed}, opts)
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			handler.ServeHTTP(w, r)
			m.served <- struct{}{}
		}),
		Protocols:   transport.Protocols,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		defer close(m.ended)
		handler.Run(ctx)
	})
	serving.Go(func() { server.Serve(listener) })
	t.Cleanup(func() {
		cancel()
		transport.CloseIdleConnections()
		server.Close()
		serving.Wait()
	})
	return m
}

// request makes a request of the inbox id. The headers are names and values by turns.
func (m *mailbox) request(method, target, id, body string, headers ...string) *http.Request {
	r, err := http.NewRequestWithContext(m.t.Context(), method, m.url+target, strings.NewReader(body))
	if err != nil {
		m.t.Fatal(err)
	}
	r.SetBasicAuth(id, "password")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

// do sends a request and reads its whole answer.
func (m *mailbox) do(r *http.Request) (a answered) {
	resp, err := m.client.Do(r)
	if err != nil {
		return answered{err: err}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return answered{resp.StatusCode, resp.Header, string(body), err}
}

// start sends a request and returns at once. The answer comes on the channel.
func (m *mailbox) start(r *http.Request) <-chan answered {
	c := make(chan answered, 1)
	go func() { c <- m.do(r) }()
	return c
}

func (m *mailbox) get(id string, headers ...string) answered {
	return m.do(m.request("GET", "/inbox", id, "", headers...))
}

// make makes the inbox id, by asking it for messages that are not there.
func (m *mailbox) make(id string) {
	m.t.Helper()
	if a := m.get(id, "Prefer", "wait=0"); a.status != http.StatusNoContent {
		m.t.Fatalf("making the inbox %q: %+v, want 204", id, a)
	}
}

// put posts a message that must be accepted.
func (m *mailbox) put(from, to, body string, headers ...string) {
	m.t.Helper()
	if a := m.do(m.request("POST", "/inbox?to="+to, from, body, headers...)); a.status != http.StatusOK || a.body != "" {
		m.t.Fatalf("POST from %s to %s: %+v, want an empty 200", from, to, a)
	}
}

// openings is a Store that tells of every reader that is opened and closed.
type openings struct {
	signaling.Store
	opened, closed chan<- struct{} // closed may be nil
}

func (o openings) Open(ctx context.Context, owner signaling.Credentials, admit signaling.Admission) (signaling.Reader, error) {
	defer func() { o.opened <- struct{}{} }()
	reader, err := o.Store.Open(ctx, owner, admit)
	if err != nil || o.closed == nil {
		return reader, err
	}
	return &closings{Reader: reader, closed: o.closed}, nil
}

// closings is a Reader that tells when it is closed.
type closings struct {
	signaling.Reader
	closed chan<- struct{}
	once   sync.Once
}

func (c *closings) Close() {
	c.Reader.Close()
	c.once.Do(func() { c.closed <- struct{}{} })
}

// pipeListener is a net.Listener whose connections are net.Pipes.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }
