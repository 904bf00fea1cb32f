//go:build cgo

package source

import (
	"errors"

	mdcodec "github.com/pion/mediadevices/pkg/codec"
	"github.com/pion/mediadevices/pkg/codec/opus"
	"github.com/pion/mediadevices/pkg/io/audio"
	"github.com/pion/mediadevices/pkg/prop"
	"github.com/pion/mediadevices/pkg/wave"
	"github.com/pion/webrtc/v4"
)

func soundCodecs() []soundCodec {
	return []soundCodec{{webrtc.MimeTypeOpus, "Opus", openOpus}}
}

// opusEncoder is libopus as package mediadevices brings it.
type opusEncoder struct {
	engine  mdcodec.ReadCloser // pulls its sound from source
	current *wave.Int16Interleaved
	o       soundOptions
}

func openOpus(o soundOptions) (soundEncoder, error) {
	params, err := opus.NewParams()
	if err != nil {
		return nil, err
	}
	params.BitRate = o.bitrate
	params.Latency = opus.Latency(soundPacket)
	e := &opusEncoder{o: o}
	e.engine, err = params.BuildAudioEncoder(audio.ReaderFunc(e.source), prop.Media{
		Audio: prop.Audio{ChannelCount: o.channels, SampleRate: soundRate},
	})
	if err != nil {
		return nil, err
	}
	return e, nil
}

// source is what the engine reads, within encode.
func (e *opusEncoder) source() (wave.Audio, func(), error) {
	if e.current == nil {
		return nil, nil, errors.New("the packet is too short")
	}
	chunk := e.current
	e.current = nil
	return chunk, func() {}, nil
}

func (e *opusEncoder) encode(samples []int16) ([]byte, error) {
	e.current = &wave.Int16Interleaved{
		Data: samples,
		Size: wave.ChunkInfo{Len: len(samples) / e.o.channels, Channels: e.o.channels, SamplingRate: soundRate},
	}
	data, release, err := e.engine.Read() // data is a copy
	if err != nil {
		return nil, err
	}
	release()
	return data, nil
}

func (e *opusEncoder) setBitrate(bitsPerSecond int) error {
	return e.engine.Controller().(mdcodec.BitRateController).SetBitRate(bitsPerSecond)
}

func (e *opusEncoder) Close() error { return e.engine.Close() }
