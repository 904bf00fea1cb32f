//go:build unix

package main

import (
	"context"
	"io"
	"time"

	"github.com/pion/webrtc/v4"

	"inbox/peer"
)

const (
	fps      = 30
	keyEvery = 300 // frames; a key frame is five times as large as another
)

// synthetic is a camera that gives H.264 which is no picture, only as large as
// one: what it costs to encode is not measured here.
type synthetic struct{ frame, key []byte }

func newSynthetic(bitrate int) *synthetic {
	size := bitrate / 8 / fps
	unit := func(kind byte, size int) []byte {
		b := make([]byte, size)
		for i := range b {
			b[i] = byte(i)%250 + 4 // no start code in it
		}
		copy(b, []byte{0, 0, 0, 1, kind})
		return b
	}
	key := append([]byte{0, 0, 0, 1, 0x67, 0x42, 0xe0, 0x1f, 0, 0, 0, 1, 0x68, 0xce, 0x3c}, unit(0x65, 5*size)...)
	return &synthetic{frame: unit(0x41, size), key: key}
}

func (s *synthetic) Formats() []string { return []string{webrtc.MimeTypeH264} }
func (s *synthetic) Open(context.Context) (peer.Media, error) {
	return &stream{s, make(chan struct{})}, nil
}

type stream struct {
	source *synthetic
	closed chan struct{}
}

func (s *stream) Size() (int, int, float64) { return 1280, 720, fps }

func (s *stream) Close() error {
	close(s.closed)
	return nil
}

func (s *stream) Encode(string, peer.Rung) (peer.Encoder, error) {
	return &encoder{stream: s, ticker: time.NewTicker(time.Second / fps), began: time.Now()}, nil
}

type encoder struct {
	stream *stream
	ticker *time.Ticker
	began  time.Time
	count  int
	force  bool
}

func (e *encoder) Next(ctx context.Context) (peer.Frame, error) {
	select {
	case <-e.ticker.C:
	case <-ctx.Done():
		return peer.Frame{}, ctx.Err()
	case <-e.stream.closed:
		return peer.Frame{}, io.EOF
	}
	key := e.count%keyEvery == 0 || e.force
	e.count++
	e.force = false
	data := e.stream.source.frame
	if key {
		data = e.stream.source.key
	}
	return peer.Frame{Data: data, Time: time.Since(e.began), Key: key}, nil
}

func (e *encoder) ForceKeyFrame() error {
	e.force = true
	return nil
}

func (e *encoder) Close() error {
	e.ticker.Stop()
	return nil
}
