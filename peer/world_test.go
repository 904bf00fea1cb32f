package peer

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/transport/v4/vnet"

	"inbox/signaling"
)

// world is a mailbox and a network, all of it in one synctest bubble.
type world struct {
	t      *testing.T
	router *vnet.Router

	mu    sync.Mutex
	pipes *pipeListener
	stop  func() // the mailbox
}

// inWorld runs f in a bubble of its own. The bubble ends with all its
// goroutines, so whatever leaks fails the test.
func inWorld(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		router, err := vnet.NewRouter(&vnet.RouterConfig{CIDR: "10.0.0.0/16", LoggerFactory: quiet{}})
		if err != nil {
			t.Fatal(err)
		}
		w := &world{t: t, router: router}
		w.serve()
		f(t, w)
		w.stop()
		if err := router.Stop(); err != nil {
			t.Error(err)
		}
	})
}

// serve runs a mailbox until w.stop is called.
func (w *world) serve() {
	ctx, cancel := context.WithCancel(context.Background())
	store := signaling.NewMemory(signaling.MemoryOptions{})
	server := &http.Server{
		Handler:     signaling.NewHandler(store, signaling.Options{Limits: signaling.Limits{}}),
		BaseContext: func(net.Listener) context.Context { return ctx },
		ErrorLog:    slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	done := make(chan struct{})
	listener := newPipeListener()
	go func() {
		defer close(done)
		_ = server.Serve(listener) // ErrServerClosed
	}()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pipes = listener
	w.stop = func() {
		cancel()
		_ = server.Close()
		<-done
	}
}

// restart stops the mailbox and starts another after a while.
func (w *world) restart(after time.Duration) {
	w.stop()
	time.Sleep(after)
	w.serve()
}

// dial connects to the present mailbox.
func (w *world) dial(ctx context.Context) (net.Conn, error) {
	w.mu.Lock()
	pipes := w.pipes
	w.mu.Unlock()
	return pipes.dial(ctx)
}

// host joins the network, at an address of its own.
func (w *world) host() *vnet.Net {
	w.t.Helper()
	n, err := vnet.NewNet(&vnet.NetConfig{})
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.router.AddNet(n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// narrowHost is a host that gets at most rate bits a second.
func (w *world) narrowHost(rate int) *vnet.Net {
	w.t.Helper()
	n, _ := w.hostBehind(rate)
	return n
}

// hostBehind is such a host, and the way that holds it back.
func (w *world) hostBehind(rate int) (*vnet.Net, narrowWay) {
	w.t.Helper()
	n, err := vnet.NewNet(&vnet.NetConfig{})
	if err != nil {
		w.t.Fatal(err)
	}
	way := narrowWay{vnet.NewTBFQueue(rate, 4_000, 0)}
	way.carry(rate)
	q, err := vnet.NewQueue(n, way.bucket)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.router.AddNet(q); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = q.Close() })
	return n, way
}

// narrowWay carries so many bits a second, and holds a third of a second of them.
type narrowWay struct{ bucket *vnet.TBFQueue }

func (n narrowWay) carry(rate int) {
	n.bucket.SetRate(rate)
	n.bucket.SetSize(int64(rate / 8 / 3))
}

// start lets packets flow; all hosts must be there.
func (w *world) start() {
	w.t.Helper()
	if err := w.router.Start(); err != nil {
		w.t.Fatal(err)
	}
}

// mailbox returns the client of an inbox, closed with the test.
func (w *world) mailbox(id string) *signaling.Client {
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return w.dial(ctx) }}
	w.t.Cleanup(transport.CloseIdleConnections)
	return &signaling.Client{
		URL:         "http://mailbox",
		Credentials: signaling.Credentials{ID: id, Password: "password of " + id},
		HTTP:        &http.Client{Transport: transport},
	}
}

// pipeListener is a net.Listener without a network.
type pipeListener struct {
	conns  chan net.Conn
	once   sync.Once
	closed chan struct{}
}

func newPipeListener() *pipeListener {
	return &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (l *pipeListener) dial(ctx context.Context) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-l.closed:
		return nil, net.ErrClosed
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

func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "mailbox", Net: "unix"} }
