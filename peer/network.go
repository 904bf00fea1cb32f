package peer

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/cc"
	"github.com/pion/interceptor/pkg/gcc"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/transport/v4"
	"github.com/pion/webrtc/v4"
)

// How ICE finds out that a way is gone, and how often it asks.
const (
	iceDisconnected = 3 * time.Second
	iceFailed       = 10 * time.Second
	iceKeepalive    = time.Second
)

// repeats is how many packets are kept for a viewer that lost some: about a
// second of 4 Mbit/s. They are not copied.
const repeats = 512

// soundRepeats is the same for sound, as much of it in time: after a cut, older
// sound would only stand in the way of new pictures.
const soundRepeats = 64

// Network says how media travels. The zero value uses one free UDP port on
// every interface that may lead to a viewer.
type Network struct {
	UDPPort    int      // 0: a free one
	TCPPort    int      // for viewers that UDP does not reach (RFC 6544); 0: none
	Interfaces []string // names, as "eth0"; none: all but those of containers and virtual machines

	net transport.Net // of a test
}

// network is an open Network: the sockets that all sessions share.
type network struct {
	settings     webrtc.SettingEngine
	certificates []webrtc.Certificate
	bundles      *bundling // nil: packets are sent one by one
	close        []func() error

	sockets   *sockets // nil: a test has its own network
	addresses func() []netip.Addr
}

// open opens the sockets. The caller closes it, after all connections.
func (n Network) open(log *slog.Logger) (*network, error) {
	w := &network{}
	w.settings.LoggerFactory = quiet{log}
	w.settings.SetICETimeouts(iceDisconnected, iceFailed, iceKeepalive)
	// Viewers dial from addresses of their own; a cookie (RFC 6347, section
	// 4.2.1) would only cost them a round trip, since ICE has checked them.
	w.settings.SetDTLSInsecureSkipHelloVerify(true)
	// Names that hide a browser's address (.local) are looked up by the session.
	w.settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	w.settings.SetInterfaceFilter(n.uses)
	if n.net != nil {
		w.settings.SetNet(n.net)
		return w, nil
	}
	if err := n.listenUDP(w); err != nil {
		return nil, err
	}
	if n.TCPPort != 0 {
		if err := n.listenTCP(w); err != nil {
			w.shut()
			return nil, err
		}
	}
	return w, nil
}

// listenUDP opens a socket on every address.
func (n Network) listenUDP(w *network) error {
	bundles, err := newBundling()
	if err != nil {
		return fmt.Errorf("network: %w", err)
	}
	w.bundles, w.addresses = bundles, n.addresses
	w.sockets = &sockets{bundles: bundles, port: n.UDPPort, muxes: make(map[netip.Addr]ice.UDPMux)}
	w.close = append(w.close, w.sockets.Close)
	if _, err := w.sockets.use(w.addresses()); err != nil {
		return errors.Join(err, w.sockets.Close())
	}
	w.settings.SetIncludeLoopbackCandidate(true) // it is used only where there is nothing else
	w.settings.SetICEUDPMux(w.sockets)
	return nil
}

func (n Network) listenTCP(w *network) error {
	l, err := net.ListenTCP("tcp", &net.TCPAddr{Port: n.TCPPort})
	if err != nil {
		return fmt.Errorf("TCP port %d for media: %w; choose another with -tcp-port", n.TCPPort, err)
	}
	mux := ice.NewTCPMuxDefault(ice.TCPMuxParams{Listener: l, ReadBufferSize: 32, WriteBufferSize: 1 << 20, Logger: quiet{}.NewLogger("")})
	w.settings.SetICETCPMux(mux)
	w.settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6, webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6})
	w.close = append(w.close, mux.Close)
	return nil
}

func (w *network) shut() {
	for _, f := range w.close {
		_ = f() // nobody is left to hear it
	}
}

// connection makes the peer connection of one viewer, and tells the estimator of its bandwidth.
func (w *network) connection(config webrtc.Configuration, mimes []string, initial int) (*webrtc.PeerConnection, cc.BandwidthEstimator, error) {
	media := &webrtc.MediaEngine{}
	for _, f := range formats() {
		if slices.ContainsFunc(mimes, func(m string) bool { return strings.EqualFold(m, f.MimeType) }) {
			if err := media.RegisterCodec(f.RTPCodecParameters, f.kind); err != nil {
				return nil, nil, fmt.Errorf("%s: %w", f.MimeType, err)
			}
		}
	}
	delay := webrtc.RTPHeaderExtensionCapability{URI: playoutDelayURI}
	if err := media.RegisterHeaderExtension(delay, webrtc.RTPCodecTypeVideo); err != nil {
		return nil, nil, fmt.Errorf("playout delay: %w", err)
	}
	var estimator cc.BandwidthEstimator
	registry, err := interceptors(media, initial, func(e cc.BandwidthEstimator) { estimator = e })
	if err != nil {
		return nil, nil, err
	}
	pc, err := w.peerConnection(config, media, registry)
	return pc, estimator, err
}

func (w *network) peerConnection(config webrtc.Configuration, media *webrtc.MediaEngine, registry *interceptor.Registry) (*webrtc.PeerConnection, error) {
	api := webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(registry), webrtc.WithSettingEngine(w.settings))
	config.Certificates = w.certificates
	pc, err := api.NewPeerConnection(config)
	if err != nil {
		return nil, fmt.Errorf("peer connection: %w", err)
	}
	return pc, nil
}

// interceptors repeat lost packets and estimate from the viewer's
// reports what its way carries (draft-ietf-rmcat-gcc-02), without pacing: an
// encoder at its bitrate needs none.
func interceptors(media *webrtc.MediaEngine, initial int, estimator func(cc.BandwidthEstimator)) (*interceptor.Registry, error) {
	registry := &interceptor.Registry{}
	congestion, err := cc.NewInterceptor(func() (cc.BandwidthEstimator, error) {
		return gcc.NewSendSideBWE(gcc.SendSideBWEInitialBitrate(initial), gcc.SendSideBWEPacer(gcc.NewNoOpPacer()))
	})
	if err != nil {
		return nil, fmt.Errorf("congestion control: %w", err)
	}
	congestion.OnNewPeerConnection(func(_ string, e cc.BandwidthEstimator) { estimator(e) })
	registry.Add(congestion)
	if err := webrtc.ConfigureTWCCHeaderExtensionSender(media, registry); err != nil {
		return nil, fmt.Errorf("transport-wide congestion control: %w", err)
	}
	for kind, size := range map[string]uint16{"video/": repeats, "audio/": soundRepeats} {
		responder, err := nack.NewResponderInterceptor(nack.ResponderSize(size), nack.DisableCopy(), nack.ResponderStreamsFilter(repeated(kind)))
		if err != nil {
			return nil, fmt.Errorf("repeats: %w", err)
		}
		registry.Add(responder)
	}
	return registry, nil
}

// repeated reports whether a stream is of a kind, and its viewer asks for what it lost.
func repeated(kind string) func(*interceptor.StreamInfo) bool {
	return func(info *interceptor.StreamInfo) bool {
		return strings.HasPrefix(info.MimeType, kind) && slices.Contains(info.RTCPFeedback, interceptor.RTCPFeedback{Type: "nack"})
	}
}
