package source

import (
	"context"
	"errors"
	"fmt"
	"image"
	"slices"
	"strings"
	"sync"

	"github.com/pion/webrtc/v4"

	"inbox/peer"
)

// Cameras lists the cameras of this computer. It opens each of them for a
// moment; what could not be opened is in the error, the others in the list.
func Cameras() ([]Device, error) { return linuxVideo().cameras() }

// Camera returns the Source of a camera. The camera is looked at and closed
// again; a path or a name that none has yet is no error, and waited for. The
// error wraps [ErrMode], fs.ErrPermission or, where none was named, [peer.ErrGone]
// (another program has it).
//
// Once it was open, the same camera is found again after it was unplugged, even
// at another path: by its link, or by its name. Open's errors wrap peer.ErrGone,
// or ErrMode. The Source has a method Stats() StreamStats, which counts frames
// that were damaged and left out, and Awaited() error, which says why a camera
// was not there, nil for one that was.
func Camera(o CameraOptions) (peer.Source, error) {
	return newCamera(linuxVideo(), o, videoCodecs())
}

// camera is a peer.Source of a V4L2 device: of its pictures, or of what it has
// encoded itself.
type camera struct {
	system  videoSystem
	options CameraOptions
	codecs  []videoCodec
	formats []string
	tries   []wish // in this order
	awaited error
	tally   tally

	mu    sync.Mutex
	known node // the camera that was found, no path before
}

func newCamera(s videoSystem, o CameraOptions, codecs []videoCodec) (*camera, error) {
	o.Format = strings.ToLower(o.Format)
	w := wish{o.Width, o.Height, o.FPS, o.Format, o.PassThrough, len(codecs) > 0, fastJPEG}
	c := &camera{system: s, options: o, codecs: codecs, tries: []wish{w}}
	found, err := c.find()
	switch {
	case err == nil:
		c.decide(found.choice.format == formatH264)
		return c, found.device.Close()
	case errors.Is(err, peer.ErrGone) && o.Device != "":
		c.awaited = err
		c.decideLater()
		return c, nil
	}
	return nil, err
}

// decide settles whether the camera's own H.264 is passed through, for Formats
// must not change.
func (c *camera) decide(passThrough bool) {
	w := &c.tries[0]
	if w.passThrough = passThrough; passThrough {
		w.encode, c.formats = false, []string{webrtc.MimeTypeH264}
		return
	}
	c.formats = formats(c.codecs)
}

// decideLater is for a camera that is not there yet: its pictures are taken if
// they can be encoded, for that suits all viewers.
func (c *camera) decideLater() {
	w := c.tries[0]
	c.decide(len(c.codecs) == 0)
	if w.passThrough && len(c.codecs) > 0 {
		w.encode = false
		c.tries = append(c.tries, w)
	}
}

// Formats implements [peer.Source].
func (c *camera) Formats() []string { return slices.Clone(c.formats) }

// Awaited says why the camera was not there when it was looked at, nil if it was.
func (c *camera) Awaited() error { return c.awaited }

// Stats returns the present figures.
func (c *camera) Stats() StreamStats { return c.tally.read() }

// Open implements [peer.Source].
func (c *camera) Open(ctx context.Context) (peer.Media, error) {
	found, err := c.find()
	if err != nil {
		if errors.Is(err, ErrMode) || errors.Is(err, errNoEncoder) || errors.Is(err, peer.ErrGone) {
			return nil, err
		}
		// A camera that is just being plugged in may have no formats or no
		// permissions yet.
		return nil, fmt.Errorf("%w: %w", err, peer.ErrGone)
	}
	open, err := startCapture(found, c.tries[0].wantedFPS(), &c.tally)
	if err != nil {
		return nil, err
	}
	if found.choice.format == formatH264 {
		return newEncoded(webrtc.MimeTypeH264, open.read, open), nil
	}
	return &rawMedia{newFanout(ctx, open), open.size, c.codecs}, nil
}

// foundCamera is a camera that is open and does not stream yet.
type foundCamera struct {
	node
	device videoDevice
	choice choice
}

// find opens the camera and chooses a mode. If several could be meant, the
// first that can be used is.
func (c *camera) find() (foundCamera, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	nodes, err := c.candidates()
	if err != nil {
		return foundCamera{}, err
	}
	var trouble error
	for _, n := range nodes {
		found, err := c.try(n)
		if err == nil {
			c.known = n
			return found, nil
		}
		if trouble == nil || errors.Is(trouble, errNoCapture) {
			trouble = err
		}
		if !errors.Is(err, errUnusable) {
			break
		}
	}
	if errors.Is(trouble, errNoCapture) && c.options.Device == "" {
		trouble = errNoCamera
	}
	return foundCamera{}, trouble
}

func (c *camera) candidates() ([]node, error) {
	if c.known.path == "" {
		return c.system.find(c.options.Device)
	}
	if nodes := c.system.again(c.known); len(nodes) > 0 {
		return nodes, nil
	}
	if c.options.Device == "" { // never one that shows something else
		return nil, fmt.Errorf("the camera %s is not plugged in: %w", c.known.name, peer.ErrGone)
	}
	return c.system.find(c.options.Device)
}

// try opens one device and closes it again if it does not suit.
func (c *camera) try(n node) (foundCamera, error) {
	d, err := c.system.open(n.path)
	if err != nil {
		return foundCamera{}, err
	}
	modes := d.modes(image.Pt(c.options.Width, c.options.Height))
	var trouble error
	for _, w := range c.tries {
		chosen, err := choose(modes, w)
		if err == nil {
			return foundCamera{n, d, chosen}, nil
		}
		if trouble == nil || errors.Is(err, ErrMode) {
			trouble = err
		}
	}
	return foundCamera{}, errors.Join(fmt.Errorf("%s (%s): %w", n.name, n.path, trouble), d.Close())
}
