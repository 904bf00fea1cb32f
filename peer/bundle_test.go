package peer

import (
	"bytes"
	"net"
	"testing"
	"time"
)

// rtpPacket is a packet of a picture with that much in all, and n to tell it by.
func rtpPacket(n byte, size int, last bool) []byte {
	b := bytes.Repeat([]byte{n}, size)
	b[0], b[1] = 0x80, 102
	if last {
		b[1] |= 0x80
	}
	return b
}

func listenOn(t *testing.T) *net.UDPConn {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestBundlesArriveAsTheirPackets(t *testing.T) {
	if !canSegment {
		t.Skip("this system sends packets one by one")
	}
	b, err := newBundling()
	if err != nil {
		t.Fatal(err)
	}
	c, err := b.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	socket := b.sockets[0]
	first, second := listenOn(t), listenOn(t)

	frame := [][]byte{rtpPacket(1, 1200, false), rtpPacket(2, 1200, false), rtpPacket(3, 1200, false), rtpPacket(4, 300, true)}
	odd := [][]byte{rtpPacket(5, 1100, false), rtpPacket(6, 1200, false), rtpPacket(7, 1000, false), rtpPacket(8, 1200, true)}
	sound := rtpPacket(9, 200, false)
	var many [][]byte
	for i := range 70 {
		many = append(many, rtpPacket(byte(i), 1200, i == 69))
	}
	cut := [][]byte{rtpPacket(10, 1200, false), rtpPacket(11, 1200, false)} // its last packet never comes

	for name, single := range map[string]bool{"in bundles": false, "one by one": true} {
		t.Run(name, func(t *testing.T) {
			socket.single.Store(single)
			b.hold()
			for _, packets := range [][][]byte{frame, odd, {sound}, many, cut} {
				for _, p := range packets {
					for _, to := range []*net.UDPConn{first, second} {
						if n, err := socket.WriteToAddrPort(p, to.LocalAddr().(*net.UDPAddr).AddrPort()); err != nil || n != len(p) {
							t.Fatal(n, err)
						}
					}
				}
				for _, to := range []*net.UDPConn{first, second} {
					if &packets[0] != &cut[0] {
						wantPackets(t, to, packets)
					}
				}
			}
			b.release()
			wantPackets(t, first, cut)
			wantPackets(t, second, cut)

			// Nothing waits when nobody said that more follows.
			if _, err := socket.WriteToAddrPort(cut[0], first.LocalAddr().(*net.UDPAddr).AddrPort()); err != nil {
				t.Fatal(err)
			}
			wantPackets(t, first, cut[:1])
		})
	}
}

func wantPackets(t *testing.T, from *net.UDPConn, want [][]byte) {
	t.Helper()
	if err := from.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 2000)
	for i, p := range want {
		n, err := from.Read(buf)
		if err != nil {
			t.Fatalf("packet %d of %d: %v", i, len(want), err)
		}
		if !bytes.Equal(buf[:n], p) {
			t.Fatalf("packet %d of %d: %d bytes that begin with %x, want %d with %x", i, len(want), n, buf[:3], len(p), p[:3])
		}
	}
}

func TestWhatWaitsInABundle(t *testing.T) {
	stun := append([]byte{0, 1}, make([]byte, 1200)...)
	report := append([]byte{0x80, 200}, make([]byte, 1200)...)
	for name, test := range map[string]struct {
		packet []byte
		want   bool
	}{
		"a picture's":      {rtpPacket(1, 1200, false), true},
		"its last":         {rtpPacket(1, 60, true), true},
		"sound":            {rtpPacket(1, 200, false), false},
		"STUN":             {stun, false},
		"a sender report":  {report, false},
		"too short to say": {[]byte{0x80, 0xe6}, false},
	} {
		if got := isPicture(test.packet); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
