package peer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/pion/webrtc/v4"

	"inbox/signaling"
)

// ErrUnsupported says that a camera has none of the codecs that are wanted. The
// error that wraps it says which ones it has.
var ErrUnsupported = errors.New("the camera has none of the wanted codecs")

// Bounds of a Viewer.
const (
	// DefaultLatency is that of the zero Viewer.
	DefaultLatency = 200 * time.Millisecond

	maxCameras = 16 // at once, as the pages have it
)

// Viewer is the end that receives: it asks a camera for its offer, or answers
// the cameras that dial it, and hands each one's frames to a Sink. Its fields
// must not change while Run runs.
//
//	mailbox -> channel -> Viewer.Run -> reception of each camera
//	packets -> intake -> recording -> Sink of each camera
type Viewer struct {
	Mailbox *signaling.Client // its inbox is the viewer's address
	Key     Key               // of the link; none: messages are plain
	Camera  string            // the inbox of the camera to watch; "" waits for cameras that dial
	// Sink opens what takes a camera's frames, once the first ones are there. The
	// Viewer closes it. ctx ends when the Viewer does: a Sink whose writing may
	// take for ever gives up then. It is called once for a camera that is watched,
	// and for one that dials each time that it comes after it has said goodbye.
	Sink func(ctx context.Context, camera CameraInfo) (Sink, error)
	// Codecs are the MIME types that are wanted of pictures and sound, the best
	// first; none: all that are known. Without one of sound there is no sound.
	Codecs []string
	// Latency is how long a packet that is missing is waited for; what comes later
	// is lost. 0 is DefaultLatency.
	Latency time.Duration
	Network Network
	// OnStats hears once a second how each camera stands. It must not block, and is
	// called from one goroutine.
	OnStats func(Stats)
	// Logger hears who comes and goes, and what is left out. Default: nobody.
	Logger *slog.Logger
}

// CameraInfo says which camera it is.
type CameraInfo struct {
	Inbox string
	Name  string // what it calls itself; "" where it does not say
	// KeyFrame asks it for a key frame; given to Viewer.Sink. It does not wait.
	KeyFrame func()
}

// Run receives until ctx ends; it then says goodbye, closes the Sinks and returns
// ctx's error, or the first one of a Close. It lives through restarts of the
// server, changes of the network and cameras that go and come back. Other errors:
// that of a Sink, which ends everything; one that wraps ErrUnsupported, if Camera
// is such a camera; and those that end [signaling.Client.Messages].
func (v *Viewer) Run(ctx context.Context) error {
	r, err := v.open()
	if err != nil {
		return err
	}
	defer r.network.shut()
	defer r.names.close()
	ctx, cancel := context.WithCancel(ctx)
	reading := make(chan error, 1)
	go func() {
		err := r.channel.read(ctx, r.messages, r.log)
		cancel()
		reading <- err
	}()
	err = r.serve(ctx)
	cancel()
	if failed := <-reading; err == nil || errors.Is(err, context.Canceled) {
		err = viewerReadError(failed)
	}
	return err
}

// open gets everything ready that lasts as long as Run.
func (v *Viewer) open() (*viewerRun, error) {
	log := v.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	channel, err := newChannel(v.Mailbox, v.Key)
	if err != nil {
		return nil, err
	}
	channel.only = v.Camera
	network, err := v.Network.open(log)
	if err != nil {
		return nil, err
	}
	// A packet that is repeated late is none that an attacker plays again. Key
	// frames are bursts of hundreds; pion's window is 64.
	network.settings.SetSRTPReplayProtectionWindow(maxAhead)
	r := &viewerRun{
		Viewer: v, log: log, channel: channel, network: network, names: &resolver{},
		codecs: v.Codecs, latency: v.Latency,
		messages: make(chan received),
		over:     make(chan *receiving),
		silent:   make(chan *viewed),
		recorded: make(chan error),
		cameras:  make(map[string]*viewed),
	}
	if len(r.codecs) == 0 {
		r.codecs = []string{webrtc.MimeTypeH264, webrtc.MimeTypeVP8, webrtc.MimeTypeVP9, webrtc.MimeTypeAV1, webrtc.MimeTypeH265, webrtc.MimeTypeOpus}
	}
	if r.latency == 0 {
		r.latency = DefaultLatency
	}
	return r, nil
}

func viewerReadError(err error) error {
	if errors.Is(err, signaling.ErrDisplaced) {
		return fmt.Errorf("this viewer's inbox is in use by another program or page: stop that, or take another link: %w", err)
	}
	return err
}
