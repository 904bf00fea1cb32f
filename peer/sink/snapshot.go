package sink

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pion/webrtc/v4"
	"golang.org/x/image/vp8"

	"inbox/peer"
)

// ErrDone is what WriteFrame of a [Snapshot] returns once the picture is
// written: there is nothing more to receive.
var ErrDone = errors.New("the picture is taken")

// ErrPicture says that this build cannot make a picture of the camera's codec.
var ErrPicture = errors.New("a snapshot needs VP8, or H.264 and a build with CGO_ENABLED=1: record a file instead (-o)")

const (
	jpegQuality = 92
	maxPixels   = 8192 * 4320 // that a stranger's frame may ask memory for
)

// Snapshot is a [peer.Sink] that takes one picture: the first key frame that can
// be decoded becomes a JPEG.
type Snapshot struct {
	files    files
	keyFrame func()
	index    int    // of the format that it takes
	mime     string // of that
	done     bool
}

// SnapshotCodecs are the MIME types that this build can make a picture of.
func SnapshotCodecs() []string {
	mimes := []string{webrtc.MimeTypeVP8}
	if hasH264 {
		mimes = append(mimes, webrtc.MimeTypeH264)
	}
	return mimes
}

// NewSnapshot takes Name, Pipe, Force and KeyFrame of the Options. Errors wrap
// ErrContainer or ErrName.
func NewSnapshot(o Options) (*Snapshot, error) {
	extension := strings.ToLower(filepath.Ext(o.Name))
	if o.Name != "-" && extension != ".jpg" && extension != ".jpeg" {
		return nil, fmt.Errorf("a snapshot %w as %q: end its name in .jpg", ErrContainer, o.Name)
	}
	f, err := newFiles(Options{Name: o.Name, Pipe: o.Pipe, Force: o.Force, now: o.now, disk: o.disk})
	if err != nil {
		return nil, err
	}
	if o.KeyFrame == nil {
		o.KeyFrame = func() {}
	}
	return &Snapshot{files: f, keyFrame: o.KeyFrame}, nil
}

// Begin implements [peer.Sink]. The error is ErrPicture if there is nothing to decode.
func (s *Snapshot) Begin(formats []peer.Format) error {
	codecs := SnapshotCodecs()
	s.index = slices.IndexFunc(formats, func(f peer.Format) bool { return slices.Contains(codecs, canonical(f.MIME)) })
	if s.index < 0 {
		return ErrPicture
	}
	s.mime = canonical(formats[s.index].MIME)
	return nil
}

// WriteFrame implements [peer.Sink]. It returns ErrDone when the picture is
// written. A key frame that cannot be decoded is passed over: another is asked for.
func (s *Snapshot) WriteFrame(index int, f peer.Frame) error {
	if s.done {
		return ErrDone
	}
	if index != s.index || !f.Key {
		return nil
	}
	img, err := decode(s.mime, f.Data)
	if err != nil {
		s.keyFrame()
		return nil
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: jpegQuality}); err != nil {
		return err
	}
	out, path, err := s.files.open()
	if err != nil {
		return err
	}
	if err := out.append(b.Bytes()); err != nil {
		return errors.Join(err, s.files.discard(out, path))
	}
	if err := out.close(); err != nil {
		return err
	}
	s.done = true
	return ErrDone
}

// Close implements [peer.Sink]. There is nothing left to write.
func (s *Snapshot) Close() error { return nil }

// decode returns a key frame as a picture of full range, as JPEG has it.
func decode(mime string, data []byte) (*image.YCbCr, error) {
	frame, err := readSetup(mime, data)
	switch {
	case err != nil:
		return nil, err
	case frame.width*frame.height > maxPixels:
		return nil, fmt.Errorf("%w: %dx%d", errTooLarge, frame.width, frame.height)
	}
	read := decodeVP8
	if mime == webrtc.MimeTypeH264 {
		read = decodeH264
	}
	img, err := read(data)
	if err == nil && !frame.fullRange {
		stretch(img)
	}
	return img, err
}

func decodeVP8(data []byte) (*image.YCbCr, error) {
	d := vp8.NewDecoder()
	d.Init(bytes.NewReader(data), len(data))
	if _, err := d.DecodeFrameHeader(); err != nil {
		return nil, err
	}
	return d.DecodeFrame()
}

// stretch turns video range (luma 16 to 235, chroma 16 to 240: ITU-R BT.601)
// into full range.
func stretch(img *image.YCbCr) {
	var luma, chroma [256]byte
	for i := range luma {
		luma[i] = clamp(float64(i-16) * 255 / 219)
		chroma[i] = clamp(float64(i-128)*255/224 + 128)
	}
	for i, v := range img.Y {
		img.Y[i] = luma[v]
	}
	for i, v := range img.Cb {
		img.Cb[i] = chroma[v]
	}
	for i, v := range img.Cr {
		img.Cr[i] = chroma[v]
	}
}

func clamp(v float64) byte { return byte(max(0, min(255, v+0.5))) }
