//go:build cgo && !nomicrophone

package source

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
	"time"
	"unsafe"

	"github.com/gen2brain/malgo"

	"inbox/peer"
)

// The microphone is read by malgo, the library under that of mediadevices.
// mediadevices' own driver looks for microphones when the program starts and
// never again, panics where that fails, and hands out memory of the device.

// Microphones lists the microphones of this computer.
func Microphones() ([]Microphone, error) {
	system, err := openSoundSystem(audioBackends())
	if err != nil {
		return nil, err
	}
	defer system.close()
	infos, err := system.microphones()
	if err != nil {
		return nil, err
	}
	return microphones(infos), nil
}

// NewMicrophone returns a Source of the sound of a microphone, one channel:
// by its name, a part of it, or its ID; "" or "default" is that of the system.
func NewMicrophone(name string) peer.Source {
	return newRawSound(func(context.Context) (sounds, error) { return openMicrophone(name, audioBackends()) })
}

func microphones(infos []malgo.DeviceInfo) []Microphone {
	list := make([]Microphone, len(infos))
	for i, info := range infos {
		list[i] = Microphone{info.ID.String(), info.Name(), info.IsDefault != 0}
	}
	return list
}

// audioBackends are all but malgo's null backend, which has a microphone that
// hears nothing.
func audioBackends() []malgo.Backend {
	return []malgo.Backend{
		malgo.BackendWasapi, malgo.BackendDsound, malgo.BackendWinmm,
		malgo.BackendCoreaudio, malgo.BackendSndio, malgo.BackendAudio4, malgo.BackendOss,
		malgo.BackendPulseaudio, malgo.BackendAlsa, malgo.BackendJack,
	}
}

// soundSystem is the sound system of the computer.
type soundSystem struct{ *malgo.AllocatedContext }

func openSoundSystem(backends []malgo.Backend) (soundSystem, error) {
	c, err := malgo.InitContext(backends, malgo.ContextConfig{}, nil)
	if err != nil {
		return soundSystem{}, fmt.Errorf("this computer has no sound system that can be used (on Linux: PipeWire, PulseAudio, ALSA or JACK): %w", err)
	}
	return soundSystem{c}, nil
}

func (s soundSystem) close() error {
	err := s.Uninit()
	s.Free()
	return err
}

// microphones returns what can be heard. ALSA's null device, which it has even
// on computers without sound, cannot.
func (s soundSystem) microphones() ([]malgo.DeviceInfo, error) {
	infos, err := s.Devices(malgo.Capture)
	if err != nil {
		return nil, fmt.Errorf("list microphones: %w", err)
	}
	return slices.DeleteFunc(infos, func(info malgo.DeviceInfo) bool {
		return string(bytes.TrimRight(info.ID[:], "\x00")) == "null"
	}), nil
}

// microphone is an open microphone. malgo calls heard on a thread of its own.
type microphone struct {
	system  soundSystem
	device  *malgo.Device
	opened  time.Time
	chunks  chan chunk
	stopped chan struct{}
	stop    sync.Once
	closed  chan struct{}
	closing sync.Once

	// These belong to the goroutine that calls next.
	samples []int16 // not yet in a packet
	end     time.Duration
	clock   soundClock
}

// chunk is what a microphone heard at once.
type chunk struct {
	samples []int16
	end     time.Duration // when it was there
}

const chunkTime = 10 * time.Millisecond

func openMicrophone(name string, backends []malgo.Backend) (*microphone, error) {
	system, err := openSoundSystem(backends)
	if err != nil {
		return nil, err
	}
	m := &microphone{
		system:  system,
		opened:  time.Now(),
		chunks:  make(chan chunk, 50),
		stopped: make(chan struct{}),
		closed:  make(chan struct{}),
	}
	if err := m.start(name); err != nil {
		system.close()
		return nil, err
	}
	return m, nil
}

func (m *microphone) start(name string) error {
	infos, err := m.system.microphones()
	if err != nil {
		return err
	}
	i, err := findMicrophone(microphones(infos), name)
	if err != nil {
		return err
	}
	config := malgo.DefaultDeviceConfig(malgo.Capture)
	config.SampleRate = soundRate
	config.PeriodSizeInMilliseconds = uint32(chunkTime.Milliseconds())
	config.Capture.Format = malgo.FormatS16
	config.Capture.Channels = 1
	if i >= 0 {
		var pins runtime.Pinner
		defer pins.Unpin()
		pins.Pin(&infos[i].ID)
		config.Capture.DeviceID = unsafe.Pointer(&infos[i].ID) // it is copied
	}
	m.device, err = malgo.InitDevice(m.system.Context, config, malgo.DeviceCallbacks{
		Data: func(_, heard []byte, _ uint32) { m.heard(heard) },
		Stop: func() { m.stop.Do(func() { close(m.stopped) }) },
	})
	if err != nil {
		return fmt.Errorf("the microphone cannot be used, perhaps another program has it: %w: %w", err, peer.ErrGone)
	}
	if err := m.device.Start(); err != nil {
		m.device.Uninit()
		return fmt.Errorf("the microphone does not start: %w: %w", err, peer.ErrGone)
	}
	return nil
}

// heard takes a copy, for the memory is the device's. What nobody reads in half
// a second is left out.
func (m *microphone) heard(b []byte) {
	samples := make([]int16, len(b)/2)
	for i := range samples {
		samples[i] = int16(binary.NativeEndian.Uint16(b[2*i:]))
	}
	select {
	case m.chunks <- chunk{samples, time.Since(m.opened)}:
	default:
	}
}

func (m *microphone) openedAt() time.Time { return m.opened }

func (m *microphone) channels() int { return 1 }

func (m *microphone) next(ctx context.Context) (packet, error) {
	for {
		for len(m.samples) < packetFrames {
			select {
			case c := <-m.chunks:
				m.samples, m.end = append(m.samples, c.samples...), c.end
			case <-m.closed:
				return packet{}, io.EOF
			case <-m.stopped:
				return packet{}, fmt.Errorf("the microphone was unplugged: %w", peer.ErrGone)
			case <-ctx.Done():
				return packet{}, ctx.Err()
			}
		}
		begin := m.end - time.Duration(len(m.samples))*time.Second/soundRate
		samples := m.samples[:packetFrames:packetFrames]
		m.samples = m.samples[packetFrames:]
		if t, ok := m.clock.next(begin); ok {
			return packet{samples, t}, nil
		}
	}
}

func (m *microphone) Close() error {
	var err error
	m.closing.Do(func() {
		close(m.closed)
		m.device.Uninit() // waits for heard
		err = m.system.close()
	})
	return err
}
