//go:build cgo && !nomicrophone

package source

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/gen2brain/malgo"

	"inbox/peer"
)

// openSilence opens the microphone of miniaudio's null backend. malgo calls it
// by the number of another one.
func openSilence(t *testing.T) *microphone {
	t.Helper()
	m, err := openMicrophone("", []malgo.Backend{malgo.BackendNull + 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

func TestMicrophone(t *testing.T) {
	m := openSilence(t)
	var last time.Duration
	for i := range 10 {
		p, err := m.next(t.Context())
		if err != nil || len(p.samples) != packetFrames {
			t.Fatalf("%d samples, %v", len(p.samples), err)
		}
		if i > 0 && p.time != last+soundPacket {
			t.Errorf("packet %d begins at %v, the one before at %v", i, p.time, last)
		}
		last = p.time
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for {
		if _, err := m.next(ctx); err != nil {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("next with a cancelled context: %v", err)
			}
			break
		}
	}
}

// TestMicrophoneEnds closes and unplugs one while it is read.
func TestMicrophoneEnds(t *testing.T) {
	tests := []struct {
		name string
		end  func(*microphone)
		want error
	}{
		{"closed", func(m *microphone) { m.Close() }, io.EOF},
		{"unplugged", func(m *microphone) { m.device.Stop() }, peer.ErrGone},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := openSilence(t)
			reading, ended := make(chan struct{}), make(chan error, 1)
			go func() {
				for i := 0; ; i++ {
					if _, err := m.next(t.Context()); err != nil {
						ended <- err
						return
					}
					if i == 0 {
						close(reading)
					}
				}
			}()
			<-reading
			tt.end(m)
			if err := <-ended; !errors.Is(err, tt.want) {
				t.Errorf("next returned %v, want %v", err, tt.want)
			}
		})
	}
}

// TestMicrophonePackets cuts chunks of any size into packets that keep the samples.
func TestMicrophonePackets(t *testing.T) {
	m := &microphone{opened: time.Now(), chunks: make(chan chunk, 100)}
	n := 0
	for size := range 60 {
		memory := make([]byte, 2*size*3)
		for i := range size * 3 {
			binary.NativeEndian.PutUint16(memory[2*i:], uint16(n))
			n++
		}
		m.heard(memory)
		clear(memory) // it is the device's
	}
	for i := range n / packetFrames {
		p, err := m.next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for j, s := range p.samples {
			if s != int16(i*packetFrames+j) {
				t.Fatalf("sample %d of packet %d is %d", j, i, s)
			}
		}
	}
}
