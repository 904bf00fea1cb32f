package peer

import (
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/transport/v4"
	"github.com/pion/transport/v4/vnet"
	"github.com/pion/webrtc/v4"
)

// deafNet is a host whose UDP sockets are not read any more once deaf is closed:
// what comes fills their buffers. What it has to say still goes out.
type deafNet struct {
	transport.Net
	deaf chan struct{}
}

func newDeafNet(n transport.Net) *deafNet { return &deafNet{n, make(chan struct{})} }

// ListenUDP implements [transport.Net].
func (n *deafNet) ListenUDP(network string, address *net.UDPAddr) (transport.UDPConn, error) {
	c, err := n.Net.ListenUDP(network, address)
	if err != nil {
		return nil, err
	}
	return &deafConn{UDPConn: c, deaf: n.deaf, closed: make(chan struct{})}, nil
}

type deafConn struct {
	transport.UDPConn
	deaf   chan struct{}
	once   sync.Once
	closed chan struct{}
}

func (c *deafConn) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := c.UDPConn.ReadFrom(b)
	select {
	case <-c.deaf:
		<-c.closed
		return 0, nil, net.ErrClosed
	default:
		return n, from, err
	}
}

func (c *deafConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.UDPConn.Close()
}

// patient is a viewer who never takes its connection for lost.
func patient(v *testViewer) {
	v.settings = func(s *webrtc.SettingEngine) { s.SetICETimeouts(time.Hour, time.Hour, time.Second) }
}

// bytesTo counts what is sent to a host from now on. The network must run.
func (w *world) bytesTo(n *vnet.Net) *atomic.Int64 {
	w.t.Helper()
	of, err := n.InterfaceByName("eth0")
	if err != nil {
		w.t.Fatal(err)
	}
	addresses, err := of.Addrs()
	if err != nil {
		w.t.Fatal(err)
	}
	host := addresses[0].(*net.IPNet).IP
	var bytes atomic.Int64
	w.router.AddChunkFilter(func(c vnet.Chunk) bool {
		if to, ok := c.DestinationAddr().(*net.UDPAddr); ok && to.IP.Equal(host) {
			bytes.Add(int64(len(c.UserData())))
		}
		return true
	})
	return &bytes
}

// TestViewerThatNeverReadsAgain has the camera send for a minute to a viewer who
// is there, but does not read its socket: none of that is kept, and two others get
// every picture and packet of sound.
func TestViewerThatNeverReadsAgain(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		camera := w.camera(&Camera{MinBitrate: 2_000_000, MaxBitrate: 2_000_000})
		host := w.host()
		others := []*vnet.Net{w.host(), w.host()}
		sent := w.bytesTo(host)
		w.start()
		n := newDeafNet(host)
		deaf := w.watch("deaf", Key{}, n, patient)
		viewers := []*watching{w.watch("first", Key{}, others[0]), w.watch("second", Key{}, others[1])}
		time.Sleep(5 * time.Second)
		close(n.deaf)
		time.Sleep(20 * time.Second) // until all buffers are full
		synctest.Wait()
		before, frames := heap(), deaf.frames.Load()
		sent.Store(0)
		var pictures, sounds []int64
		for _, v := range viewers {
			pictures, sounds = append(pictures, v.frames.Load()), append(sounds, v.sounds.Load())
		}
		made := int64(camera.source.current().made())

		time.Sleep(time.Minute)
		synctest.Wait()
		made = int64(camera.source.current().made()) - made
		for i, v := range viewers {
			if n := v.frames.Load() - pictures[i]; n < made-1 {
				t.Errorf("viewer %d got %d of %d pictures", i, n, made)
			}
			if n := v.sounds.Load() - sounds[i]; n < 50*60-2 {
				t.Errorf("viewer %d got %d of %d packets of sound", i, n, 50*60)
			}
		}
		if n := deaf.frames.Load() - frames; n != 0 {
			t.Errorf("the viewer that does not read got %d pictures", n)
		}
		if n := sent.Load(); n < 12_000_000 {
			t.Errorf("only %d bytes went to the viewer that does not read: the camera has given it up", n)
		}
		if grown := int64(heap()) - int64(before); grown > 4<<20 {
			t.Errorf("the heap has grown by %d bytes while %d were sent to a viewer that does not read", grown, sent.Load())
		}
		for _, v := range append(viewers, deaf) {
			v.stop()
		}
		camera.stop(t)
	})
}
