package source

import (
	"cmp"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"
	"syscall"

	"github.com/blackjack/webcam"
	"golang.org/x/sys/unix"

	"inbox/peer"
)

// videoDevice is an open device of V4L2, and what tests put in its place. One
// goroutine uses it; stop and forceKeyFrame may come from another while that
// one waits, and after stop only Close.
type videoDevice interface {
	// modes lists what it gives. If it only tells a range of sizes, those that
	// people use and that are in it are listed, and also.
	modes(also image.Point) []Mode
	// start begins to stream and returns the true rate, 0 where it is not known.
	start(c choice) (fps float64, err error)
	// wait returns when there is a frame or the device is stopped or gone, and
	// errNoFrame after a second without.
	wait() error
	// frame gives use the bytes of a frame, which are the device's again once it
	// has returned. It returns use's error, errNoFrame or the device's.
	frame(use func(b []byte) error) error
	forceKeyFrame()
	// stop ends streaming, so that wait returns.
	stop()
	io.Closer
}

var errNoFrame = errors.New("no frame came")

const (
	errNoCapture = unusable("it takes no pictures")

	frameBuffers = 4
	waitTime     = 1 // s, the least that the library knows

	// Controls of V4L2 for devices that encode (linux/v4l2-controls.h).
	controlRepeatHeaders = 0x990900 + 226
	controlForceKeyFrame = 0x990900 + 229
)

// v4l2 is a videoDevice of the kernel's.
type v4l2 struct {
	cam     *webcam.Webcam
	formats map[webcam.PixelFormat]string // the names here
}

// openV4L2 opens the device at path. The error is fs.ErrPermission, errUnusable
// or peer.ErrGone.
func openV4L2(path string) (videoDevice, error) {
	cam, err := webcam.Open(path)
	if err != nil {
		return nil, openError(path, err)
	}
	formats := make(map[webcam.PixelFormat]string)
	for code := range cam.GetSupportedFormats() {
		formats[code] = formatName(uint32(code))
	}
	return &v4l2{cam, formats}, nil
}

func openError(path string, err error) error {
	errno, ok := errors.AsType[syscall.Errno](err)
	switch {
	case !ok: // the library's own: it is not for pictures
		return fmt.Errorf("%s: %w", path, errNoCapture)
	case errno == unix.EACCES || errno == unix.EPERM:
		return fmt.Errorf("this user may not open %s; add it to the group video (sudo usermod -aG video $USER) and log in again: %w", path, err)
	case errno == unix.EBUSY:
		return fmt.Errorf("another program has the camera %s open; close it: %w: %w", path, err, peer.ErrGone)
	case errno == unix.ENOTTY || errno == unix.EISDIR || errno == unix.EINVAL:
		return unusable(path + " is no camera")
	}
	return fmt.Errorf("open the camera %s: %w: %w", path, err, peer.ErrGone)
}

func (v *v4l2) modes(also image.Point) []Mode {
	var modes []Mode
	seen := make(map[string]bool)
	for code, name := range v.formats {
		for _, s := range v.cam.GetSupportedFrameSizes(code) {
			for _, size := range rangeOf(s).sizes(also) {
				if key := fmt.Sprint(name, size); !seen[key] {
					seen[key] = true
					modes = append(modes, Mode{name, size.X, size.Y, v.rates(code, size)})
				}
			}
		}
	}
	sortModes(modes)
	return modes
}

func rangeOf(s webcam.FrameSize) sizeRange {
	return sizeRange{
		least: image.Pt(int(s.MinWidth), int(s.MinHeight)),
		most:  image.Pt(int(s.MaxWidth), int(s.MaxHeight)),
		step:  image.Pt(int(s.StepWidth), int(s.StepHeight)),
	}
}

// rates returns the rates of a size, the fastest first; none where it does not
// tell. The library panics at intervals in steps, as a Raspberry Pi's cameras
// have them: it reads them into fields that are not exported.
func (v *v4l2) rates(code webcam.PixelFormat, size image.Point) (rates []float64) {
	rates = []float64{} // in JSON, a list even if it is empty
	defer func() { _ = recover() }()
	for _, r := range v.cam.GetSupportedFramerates(code, uint32(size.X), uint32(size.Y)) {
		rates = append(rates, ratesOf(r)...)
	}
	slices.SortFunc(rates, func(a, b float64) int { return cmp.Compare(b, a) })
	return slices.Compact(rates)
}

// ratesOf returns the rates that an interval between pictures stands for. A
// range of intervals begins with the shortest.
func ratesOf(r webcam.FrameRate) []float64 {
	rate := func(numerator, denominator uint32) float64 { return float64(denominator) / float64(max(numerator, 1)) }
	most, least := rate(r.MinNumerator, r.MinDenominator), rate(r.MaxNumerator, r.MaxDenominator)
	rates := []float64{most}
	for _, usual := range []float64{60, 30, 25, 15, 10, 5} {
		if usual < most && usual > least {
			rates = append(rates, usual)
		}
	}
	if least < most {
		rates = append(rates, least)
	}
	return rates
}

func (v *v4l2) start(c choice) (fps float64, err error) {
	code, err := v.code(c.format)
	if err != nil {
		return 0, err
	}
	// The size that is returned is the one that was asked for, whatever the
	// driver took: what is not listed must not be asked for.
	got, _, _, err := v.cam.SetImageFormat(code, uint32(c.width), uint32(c.height))
	if err != nil {
		return 0, startError(err)
	}
	if got != code {
		return 0, fmt.Errorf("the camera lists %s and gives %s: %w", c.format, formatName(uint32(got)), peer.ErrGone)
	}
	// These fail where the camera has no such choice, which is just as well.
	_ = v.cam.SetFramerate(float32(c.fps))
	_ = v.cam.SetControl(controlRepeatHeaders, 1)
	if err := v.cam.SetBufferCount(frameBuffers); err != nil {
		return 0, err
	}
	if err := v.cam.StartStreaming(); err != nil {
		v.unmap()
		return 0, startError(err)
	}
	if rate, err := v.cam.GetFramerate(); err == nil {
		fps = math.Round(float64(rate)*1000) / 1000
	}
	return fps, nil
}

func (v *v4l2) code(format string) (webcam.PixelFormat, error) {
	for code, name := range v.formats {
		if name == format {
			return code, nil
		}
	}
	return 0, fmt.Errorf("%w: %s", ErrMode, format)
}

// startError says why a camera does not start. Some of the library's errors
// keep no more than the text of the kernel's.
func startError(err error) error {
	is := func(errno syscall.Errno) bool {
		return errors.Is(err, errno) || strings.HasSuffix(err.Error(), errno.Error())
	}
	switch {
	case is(unix.EBUSY):
		return fmt.Errorf("another program uses the camera; close it: %w: %w", err, peer.ErrGone)
	case is(unix.ENOSPC):
		return fmt.Errorf("USB has no room for the camera beside what else is plugged in; choose mjpeg or a smaller size, or another port: %w: %w", err, peer.ErrGone)
	}
	return fmt.Errorf("the camera does not start: %w: %w", err, peer.ErrGone)
}

// unmap frees the buffers of a device that did not start. The library keeps
// them, and with them the device would stay taken even after Close.
func (v *v4l2) unmap() {
	buffers := reflect.ValueOf(v.cam).Elem().FieldByName("buffers")
	if !buffers.IsValid() {
		return
	}
	for i := range buffers.Len() {
		if b := buffers.Index(i).Bytes(); len(b) > 0 {
			_ = unix.Munmap(b)
		}
	}
}

func (v *v4l2) wait() error {
	err := v.cam.WaitForFrame(waitTime)
	if _, timeout := errors.AsType[*webcam.Timeout](err); timeout || errors.Is(err, unix.EINTR) {
		return errNoFrame
	}
	return err
}

func (v *v4l2) frame(use func(b []byte) error) error {
	b, index, err := v.cam.GetFrame()
	if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR) {
		return errNoFrame
	}
	if err != nil {
		return err
	}
	bad := use(b)
	if err := v.cam.ReleaseFrame(index); err != nil {
		return err
	}
	return bad
}

// forceKeyFrame does nothing where the camera cannot: its next key frame comes
// when it comes.
func (v *v4l2) forceKeyFrame() { _ = v.cam.SetControl(controlForceKeyFrame, 1) }

// stop is of no effect on a device that was unplugged.
func (v *v4l2) stop() { _ = v.cam.StopStreaming() }

func (v *v4l2) Close() error { return v.cam.Close() }
