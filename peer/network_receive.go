package peer

import (
	"fmt"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"
)

// How lost packets are asked for again: often enough for three tries within
// DefaultLatency, and no more often than a path answers.
const (
	nackEvery = 50 * time.Millisecond
	nackTries = 8
)

// receiver makes the peer connection with one camera, for what it offers.
func (w *network) receiver(config webrtc.Configuration, o offer) (*webrtc.PeerConnection, error) {
	media := &webrtc.MediaEngine{}
	for kind, list := range map[webrtc.RTPCodecType][]webrtc.RTPCodecParameters{
		webrtc.RTPCodecTypeVideo: o.video, webrtc.RTPCodecTypeAudio: o.audio,
	} {
		for _, c := range list {
			if err := media.RegisterCodec(c, kind); err != nil {
				return nil, fmt.Errorf("%s: %w", c.MimeType, err)
			}
		}
	}
	registry, err := receiverInterceptors(media, w.settings.LoggerFactory)
	if err != nil {
		return nil, err
	}
	return w.peerConnection(config, media, registry)
}

// receiverInterceptors ask for lost packets, report to the camera, and tell it
// when each packet came, from which it knows what its way carries.
func receiverInterceptors(media *webrtc.MediaEngine, log logging.LoggerFactory) (*interceptor.Registry, error) {
	registry := &interceptor.Registry{}
	generator, err := nack.NewGeneratorInterceptor(nack.GeneratorInterval(nackEvery), nack.GeneratorMaxNacksPerPacket(nackTries), nack.WithGeneratorLoggerFactory(log))
	if err != nil {
		return nil, fmt.Errorf("asking for lost packets: %w", err)
	}
	registry.Add(generator)
	reports, err := report.NewReceiverInterceptor(report.WithReceiverLoggerFactory(log))
	if err != nil {
		return nil, fmt.Errorf("receiver reports: %w", err)
	}
	registry.Add(reports)
	if err := webrtc.ConfigureTWCCSenderWithOptions(media, registry, twcc.WithLoggerFactory(log)); err != nil {
		return nil, fmt.Errorf("transport-wide congestion control: %w", err)
	}
	return registry, nil
}
