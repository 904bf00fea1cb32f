//go:build cgo && (darwin || windows)

package source

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/pion/mediadevices/pkg/driver"
	"github.com/pion/mediadevices/pkg/driver/camera"
	"github.com/pion/mediadevices/pkg/frame"
	"github.com/pion/mediadevices/pkg/io/video"
	"github.com/pion/mediadevices/pkg/prop"

	"inbox/peer"
)

// Elsewhere than on Linux cameras are those of mediadevices' drivers:
// AVFoundation and DirectShow.

// Cameras lists the cameras of this computer; each is opened for a moment.
func Cameras() ([]Device, error) {
	var devices []Device
	var trouble []error
	for _, d := range drivers() {
		modes, _, err := askModes(d)
		if err != nil {
			trouble = append(trouble, err)
			continue
		}
		devices = append(devices, Device{Name: driverName(d), Path: d.Info().Label, Modes: modes})
	}
	return devices, errors.Join(trouble...)
}

// Camera returns the Source of a camera, by its path or a part of its name. It
// is found again after it was unplugged. Open's errors wrap ErrMode or peer.ErrGone.
func Camera(o CameraOptions) (peer.Source, error) {
	w := wish{width: o.Width, height: o.Height, fps: o.FPS, format: strings.ToLower(o.Format), encode: len(videoCodecs()) > 0, fastJPEG: fastJPEG}
	d, err := findDriver(o.Device)
	if err != nil {
		return nil, err
	}
	modes, _, err := askModes(d)
	if err == nil {
		_, err = choose(modes, w)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", driverName(d), err)
	}
	label := d.Info().Label
	return newRaw(func(context.Context) (pictures, error) { return openDriver(label, w) }), nil
}

// drivers are the cameras that are there now. mediadevices looks for them when
// the program starts and whenever it is told to.
func drivers() []driver.Driver {
	cameras := driver.FilterDeviceType(driver.Camera)
	for _, d := range driver.GetManager().Query(cameras) {
		if d.Status() == driver.StateClosed {
			driver.GetManager().Delete(d.ID())
		}
	}
	camera.Initialize()
	return driver.GetManager().Query(cameras)
}

func driverName(d driver.Driver) string {
	if name := d.Info().Name; name != "" {
		return name
	}
	return d.Info().Label
}

func findDriver(words string) (driver.Driver, error) {
	var names []string
	for _, d := range drivers() {
		if d.Info().Label == words || strings.Contains(strings.ToLower(driverName(d)), strings.ToLower(words)) {
			return d, nil
		}
		names = append(names, driverName(d))
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("this computer has no camera; plug one in, or take -camera test: %w", errUnusable)
	}
	return nil, fmt.Errorf("no camera is called %q; there are %s: %w", words, strings.Join(names, ", "), errUnusable)
}

// askModes opens a camera to ask for its modes.
func askModes(d driver.Driver) ([]Mode, []prop.Media, error) {
	if err := d.Open(); err != nil {
		return nil, nil, fmt.Errorf("%s: %w: %w", driverName(d), err, peer.ErrGone)
	}
	properties := d.Properties()
	modes := driverModes(properties)
	return modes, properties, d.Close()
}

func driverModes(properties []prop.Media) []Mode {
	modes := make([]Mode, 0, len(properties))
	for _, p := range properties {
		m := Mode{Format: driverFormat(p.FrameFormat), Width: p.Width, Height: p.Height}
		if p.FrameRate > 0 {
			m.FPS = []float64{float64(p.FrameRate)}
		}
		modes = append(modes, m)
	}
	return modes
}

// driverFormat is mediadevices' name of a format as it is here.
func driverFormat(f frame.Format) string {
	switch f {
	case frame.FormatYUY2:
		return formatYUYV
	case frame.FormatI420:
		return formatYU12
	case frame.FormatNV21:
		return formatNV12 // it decodes both
	}
	return strings.ToLower(string(f))
}

// driverCamera is an open camera.
type driverCamera struct {
	driver driver.Driver
	reader video.Reader
	choice choice
	opened time.Time

	reading sync.Mutex // held while the driver is read
	closing sync.Once
	closed  chan struct{}
}

func openDriver(label string, w wish) (pictures, error) {
	d, err := findDriver(label)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", err, peer.ErrGone)
	}
	if err := d.Open(); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", driverName(d), err, peer.ErrGone)
	}
	properties := d.Properties()
	chosen, err := choose(driverModes(properties), w)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", driverName(d), err), d.Close())
	}
	for _, p := range properties {
		if driverFormat(p.FrameFormat) != chosen.format || p.Width != chosen.width || p.Height != chosen.height {
			continue
		}
		recorder, ok := d.(driver.VideoRecorder)
		if !ok {
			break
		}
		reader, err := recorder.VideoRecord(p) // it closes the driver where it fails
		if err != nil {
			return nil, fmt.Errorf("%s: %w: %w", driverName(d), err, peer.ErrGone)
		}
		return &driverCamera{driver: d, reader: reader, choice: chosen, opened: time.Now(), closed: make(chan struct{})}, nil
	}
	return nil, errors.Join(fmt.Errorf("%s gives no pictures: %w", driverName(d), errUnusable), d.Close())
}

func (c *driverCamera) openedAt() time.Time { return c.opened }

func (c *driverCamera) size() (width, height int, fps float64) {
	return c.choice.width, c.choice.height, c.choice.fps
}

// next implements pictures.
func (c *driverCamera) next(ctx context.Context) (picture, error) {
	c.reading.Lock()
	defer c.reading.Unlock()
	for {
		if err := ctx.Err(); err != nil {
			return picture{}, err
		}
		img, release, err := c.reader.Read()
		select {
		case <-c.closed:
			return picture{}, io.EOF
		default:
		}
		if err != nil {
			return picture{}, fmt.Errorf("%s: %w: %w", driverName(c.driver), err, peer.ErrGone)
		}
		p, err := c.copied(img)
		release()
		if err == nil {
			return picture{p, time.Since(c.opened)}, nil
		}
	}
}

// copied makes a picture of its own of the driver's, which is used again. Of two
// lines of 4:2:2 the colours of the first are taken.
func (c *driverCamera) copied(img image.Image) (*image.YCbCr, error) {
	in, ok := img.(*image.YCbCr)
	lines := map[image.YCbCrSubsampleRatio]int{image.YCbCrSubsampleRatio420: 1, image.YCbCrSubsampleRatio422: 2}
	if !ok || lines[in.SubsampleRatio] == 0 {
		return nil, fmt.Errorf("%w: a picture that is neither 4:2:0 nor 4:2:2", ErrFormat)
	}
	size, step := in.Rect.Size(), lines[in.SubsampleRatio]
	out := image.NewYCbCr(image.Rectangle{Max: size}, image.YCbCrSubsampleRatio420)
	for y := range size.Y {
		copy(out.Y[y*out.YStride:][:size.X], in.Y[y*in.YStride:])
	}
	for y := range (size.Y + 1) / 2 {
		copy(out.Cb[y*out.CStride:][:out.CStride], in.Cb[y*step*in.CStride:])
		copy(out.Cr[y*out.CStride:][:out.CStride], in.Cr[y*step*in.CStride:])
	}
	return out, nil
}

// Close ends Read, and waits for it.
func (c *driverCamera) Close() error {
	var err error
	c.closing.Do(func() {
		close(c.closed)
		err = c.driver.Close()
		c.reading.Lock()
		defer c.reading.Unlock()
	})
	return err
}
