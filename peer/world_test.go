package peer

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
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
	n, err := vnet.NewNet(&vnet.NetConfig{})
	if err != nil {
		w.t.Fatal(err)
	}
	q, err := vnet.NewQueue(n, vnet.NewTBFQueue(rate, 4_000, int64(rate/8/3))) // a third of a second of buffer
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.router.AddNet(q); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = q.Close() })
	return n
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

// fakeSource gives numbered frames of H.264 and Opus, as many as a real camera.
type fakeSource struct {
	formats []string
	fps     float64

	mu      sync.Mutex
	open    int // how often it is open now
	opened  int
	openErr error
	media   *fakeMedia
}

func (s *fakeSource) Formats() []string { return s.formats }

func (s *fakeSource) Open(context.Context) (Media, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.openErr != nil {
		return nil, s.openErr
	}
	s.open++
	s.opened++
	s.media = &fakeMedia{source: s, began: time.Now(), gone: make(chan struct{}), failed: make(chan struct{})}
	return s.media, nil
}

func (s *fakeSource) state() (open, opened int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open, s.opened
}

// fail makes what is open fail, and opening too, until err is nil.
func (s *fakeSource) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.openErr = err
	if err != nil && s.media != nil {
		s.media.err = err
		close(s.media.failed)
		s.media = nil
	}
}

// current is what is open now.
func (s *fakeSource) current() *fakeMedia {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.media
}

type fakeMedia struct {
	source *fakeSource
	began  time.Time
	gone   chan struct{}
	failed chan struct{}
	err    error

	mu       sync.Mutex
	encoders int // running
	all      []*fakeEncoder
}

func (m *fakeMedia) Size() (int, int, float64) { return 1280, 720, m.source.fps }

func (m *fakeMedia) Close() error {
	m.source.mu.Lock()
	defer m.source.mu.Unlock()
	m.source.open--
	close(m.gone)
	return nil
}

func (m *fakeMedia) Encode(format string, r Rung) (Encoder, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.encoders++
	e := &fakeEncoder{media: m, format: format, rung: r, bitrate: r.Bitrate, key: true}
	m.all = append(m.all, e)
	return e, nil
}

// running is how many encoders have not been closed.
func (m *fakeMedia) running() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.encoders
}

// bitrate is that of the newest encoder.
func (m *fakeMedia) bitrate() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.all[len(m.all)-1]
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.bitrate
}

// keys is how many key frames were made.
func (m *fakeMedia) keys() (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range m.all {
		e.mu.Lock()
		n += e.keys
		e.mu.Unlock()
	}
	return n
}

// fakeEncoder makes frames as large as its bitrate says; a key frame is four
// times as large as another.
type fakeEncoder struct {
	media  *fakeMedia
	format string
	rung   Rung
	key    bool

	mu      sync.Mutex
	bitrate int
	keys    int
}

func (e *fakeEncoder) Next(ctx context.Context) (Frame, error) {
	fps := e.rung.FPS
	if strings.HasPrefix(e.format, "audio/") {
		fps = 50
	}
	timer := time.NewTimer(time.Duration(float64(time.Second) / fps))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return Frame{}, ctx.Err()
	case <-e.media.gone:
		return Frame{}, io.EOF
	case <-e.media.failed:
		return Frame{}, e.media.err
	}
	f := Frame{Time: time.Since(e.media.began), Key: e.key}
	f.Data = e.data(fps)
	e.key = false
	return f, nil
}

// data is an access unit of H.264, or a packet of sound.
func (e *fakeEncoder) data(fps float64) []byte {
	if strings.HasPrefix(e.format, "audio/") {
		return make([]byte, 80)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	size := int(float64(e.bitrate) / 8 / fps)
	slice := append([]byte{0, 0, 0, 1, 0x41}, make([]byte, size)...)
	if !e.key {
		return slice
	}
	e.keys++
	slice[4] = 0x65
	sets := []byte{0, 0, 0, 1, 0x67, 0x42, 0xe0, 0x1f, 1, 0, 0, 0, 1, 0x68, 0xce, 1}
	return append(sets, append(slice, make([]byte, 3*size)...)...)
}

func (e *fakeEncoder) SetBitrate(b int) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.bitrate = b
	return nil
}

func (e *fakeEncoder) ForceKeyFrame() error {
	e.key = true
	return nil
}

func (e *fakeEncoder) Close() error {
	e.media.mu.Lock()
	defer e.media.mu.Unlock()
	e.media.encoders--
	return nil
}
