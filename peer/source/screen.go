package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"sync"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"

	"inbox/peer"
)

// ScreenOptions configure a [NewScreen]. The zero value of every field is its default.
type ScreenOptions struct {
	Display string  // of X11, as ":0"; default: what the environment variable DISPLAY says
	FPS     float64 // pictures a second; default 15
}

// NewScreen returns a Source of the picture of an X11 screen, without the
// pointer. (mediadevices' screen driver wants the libraries of X11 on every
// computer that runs the program; this speaks to the X server itself.)
func NewScreen(o ScreenOptions) peer.Source {
	o.FPS = cmp.Or(o.FPS, 15)
	return newRaw(func(context.Context) (pictures, error) { return openScreen(o) })
}

// ScreenSize returns the size of the screen that NewScreen would show, in pixels.
func ScreenSize(o ScreenOptions) (width, height int, err error) {
	o.FPS = cmp.Or(o.FPS, 15)
	s, err := openScreen(o)
	if err != nil {
		return 0, 0, err
	}
	width, height, _ = s.size()
	return width, height, s.Close()
}

// screen is the root window of an X server.
type screen struct {
	conn    *xgb.Conn
	root    xproto.Drawable
	fps     float64
	opened  time.Time
	count   int // of pictures, so far
	closing sync.Once
	closed  chan struct{}

	mu       sync.Mutex
	geometry image.Point
}

func openScreen(o ScreenOptions) (*screen, error) {
	if !(o.FPS > 0 && o.FPS <= maxPatternFPS) {
		return nil, fmt.Errorf("no screen is shown %v times a second: choose a rate up to %d", o.FPS, maxPatternFPS)
	}
	// It would write to standard error what it also returns.
	xgb.Logger.SetOutput(io.Discard)
	conn, err := xgb.NewConnDisplay(o.Display)
	if err != nil {
		return nil, fmt.Errorf("the screen cannot be seen: there must be an X server that DISPLAY names and that lets this user in: %w", err)
	}
	s := &screen{conn: conn, fps: o.FPS, opened: time.Now(), closed: make(chan struct{})}
	if err := s.start(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// start checks that the screen's pixels are as toI420 reads them, as those of
// any screen of the last decades are.
func (s *screen) start() error {
	setup := xproto.Setup(s.conn)
	root := setup.DefaultScreen(s.conn)
	s.root = xproto.Drawable(root.Root)
	s.resize(root.WidthInPixels, root.HeightInPixels)
	for _, f := range setup.PixmapFormats {
		if f.Depth == root.RootDepth && f.BitsPerPixel == 32 && root.RootDepth >= 24 && setup.ImageByteOrder == xproto.ImageOrderLSBFirst {
			return nil
		}
	}
	return fmt.Errorf("the screen has %d bits a pixel; it can be shown with 24", root.RootDepth)
}

func (s *screen) openedAt() time.Time { return s.opened }

func (s *screen) size() (width, height int, fps float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.geometry.X, s.geometry.Y, s.fps
}

func (s *screen) next(ctx context.Context) (picture, error) {
	due := frameDue(&s.count, s.fps, time.Since(s.opened))
	for {
		if err := wait(ctx, s.closed, due-time.Since(s.opened)); err != nil {
			return picture{}, err
		}
		now := time.Since(s.opened)
		img, err := s.look()
		_, smaller := errors.AsType[xproto.MatchError](err) // since its size was asked for
		switch {
		case err == nil:
			return picture{img, now}, nil
		case smaller:
			due = now + time.Second/10
		case s.isClosed():
			return picture{}, io.EOF
		default:
			return picture{}, fmt.Errorf("the screen is no longer there: %w: %w", err, peer.ErrGone)
		}
	}
}

func (s *screen) isClosed() bool {
	select {
	case <-s.closed:
		return true
	default:
		return false
	}
}

// look takes a picture of the screen in its present size.
func (s *screen) look() (*image.YCbCr, error) {
	geometry, err := xproto.GetGeometry(s.conn, s.root).Reply()
	if err != nil {
		return nil, err
	}
	size := s.resize(geometry.Width, geometry.Height)
	const allPlanes = 1<<32 - 1
	pixels, err := xproto.GetImage(s.conn, xproto.ImageFormatZPixmap, s.root, 0, 0, uint16(size.X), uint16(size.Y), allPlanes).Reply()
	if err != nil {
		return nil, err
	}
	if len(pixels.Data) < 4*size.X*size.Y {
		return nil, fmt.Errorf("the X server sent %d bytes of a screen of %v", len(pixels.Data), size)
	}
	return toI420(pixels.Data, size), nil
}

// resize keeps the size of the screen, but for an odd row or column.
func (s *screen) resize(width, height uint16) image.Point {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.geometry = image.Pt(int(width)&^1, int(height)&^1)
	return s.geometry
}

func (s *screen) Close() error {
	s.closing.Do(func() {
		close(s.closed)
		s.conn.Close()
		for { // until its goroutines have ended
			if event, err := s.conn.WaitForEvent(); event == nil && err == nil {
				return
			}
		}
	})
	return nil
}

// toI420 converts pixels of four bytes, blue first, to video range by ITU-R
// BT.601. The size is even.
func toI420(pixels []byte, size image.Point) *image.YCbCr {
	img := image.NewYCbCr(image.Rectangle{Max: size}, image.YCbCrSubsampleRatio420)
	for y := 0; y < size.Y; y += 2 {
		a, b := pixels[y*4*size.X:][:4*size.X], pixels[(y+1)*4*size.X:][:4*size.X]
		ya, yb := img.Y[y*img.YStride:][:size.X], img.Y[(y+1)*img.YStride:][:size.X]
		cb, cr := img.Cb[y/2*img.CStride:][:size.X/2], img.Cr[y/2*img.CStride:][:size.X/2]
		for i := range cb {
			p, q := a[8*i:][:8], b[8*i:][:8]
			ya[2*i], ya[2*i+1] = luma(p[:4]), luma(p[4:8])
			yb[2*i], yb[2*i+1] = luma(q[:4]), luma(q[4:8])
			blue := int32(p[0]) + int32(p[4]) + int32(q[0]) + int32(q[4])
			green := int32(p[1]) + int32(p[5]) + int32(q[1]) + int32(q[5])
			red := int32(p[2]) + int32(p[6]) + int32(q[2]) + int32(q[6])
			cb[i] = byte((112*blue-74*green-38*red+512)>>10 + noColour)
			cr[i] = byte((112*red-94*green-18*blue+512)>>10 + noColour)
		}
	}
	return img
}

func luma(p []byte) byte {
	return byte((25*int32(p[0])+129*int32(p[1])+66*int32(p[2])+128)>>8 + black)
}
