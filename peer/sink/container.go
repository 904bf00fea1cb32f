package sink

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pion/webrtc/v4"
)

// ErrContainer says that there is no container of that name, or that it has no
// place for the codecs. The error's text names those that work.
var ErrContainer = errors.New("cannot be written")

// Container is a kind of file.
type Container struct {
	// Name is what the flag -format takes.
	Name string
	// Extensions are those of its files' names, without a dot, the usual one first.
	Extensions []string
	// Video and Audio are the MIME types that it has a place for, as in
	// [webrtc.MimeTypeH264]. Without any Audio, sound is left out.
	Video, Audio []string

	open func(*output, []track) (muxer, error)
	form func(mime string, frame []byte) ([]byte, error) // of frames in it
}

// Containers returns all there are, the preferred one of each codec first.
func Containers() []Container {
	opus := []string{webrtc.MimeTypeOpus}
	return []Container{
		{"mp4", []string{"mp4", "m4v"}, []string{webrtc.MimeTypeH264, webrtc.MimeTypeH265, webrtc.MimeTypeVP9, webrtc.MimeTypeAV1}, opus, newMP4, packed},
		{"webm", []string{"webm"}, []string{webrtc.MimeTypeVP8, webrtc.MimeTypeVP9, webrtc.MimeTypeAV1}, opus, newWebM, packed},
		{"matroska", []string{"mkv"}, []string{webrtc.MimeTypeH264, webrtc.MimeTypeH265, webrtc.MimeTypeVP8, webrtc.MimeTypeVP9, webrtc.MimeTypeAV1}, opus, newMatroska, packed},
		{"h264", []string{"h264", "264"}, []string{webrtc.MimeTypeH264}, nil, newAnnexB, asItCame},
		{"h265", []string{"h265", "265", "hevc"}, []string{webrtc.MimeTypeH265}, nil, newAnnexB, asItCame},
		{"ivf", []string{"ivf"}, []string{webrtc.MimeTypeVP8, webrtc.MimeTypeVP9, webrtc.MimeTypeAV1}, nil, newIVF, delimited},
	}
}

// Find returns the container of that format, one of the Names, or with format
// "" the one that name's extension means: Matroska for "-", standard output.
// A name that promises another container than the format is refused. The error
// wraps ErrContainer.
func Find(name, format string) (Container, error) {
	if format == "" && name == "-" {
		format = "matroska"
	}
	extension := strings.ToLower(strings.TrimPrefix(filepath.Ext(name), "."))
	var names, extensions []string
	for _, c := range Containers() {
		if format == "" && slices.Contains(c.Extensions, extension) || format != "" && (strings.EqualFold(format, c.Name) || slices.Contains(c.Extensions, strings.ToLower(format))) {
			if err := c.fits(name, extension); err != nil {
				return Container{}, err
			}
			return c, nil
		}
		names = append(names, c.Name)
		extensions = append(extensions, "."+c.Extensions[0])
	}
	if format != "" {
		return Container{}, fmt.Errorf("the format %q %w: choose one of %s", format, ErrContainer, strings.Join(names, ", "))
	}
	return Container{}, fmt.Errorf("%q %w: end its name in one of %s, or choose a format (-format): %s", name, ErrContainer,
		strings.Join(extensions, ", "), strings.Join(names, ", "))
}

// fits refuses a name that would promise another container.
func (c Container) fits(name, extension string) error {
	if slices.Contains(c.Extensions, extension) {
		return nil
	}
	for _, other := range Containers() {
		if slices.Contains(other.Extensions, extension) {
			return fmt.Errorf("%q %w as %s: end its name in .%s, or leave the format (-format) out", name, ErrContainer, c.Name, c.Extensions[0])
		}
	}
	return nil
}

// Check reports whether a camera with these codecs can be written, those that it
// would have to be asked for among them: of its pictures one is enough, and
// sound that has no place is left out. The error wraps ErrContainer and names the
// containers that would do.
func (c Container) Check(mimes ...string) error {
	videos := slices.DeleteFunc(slices.Clone(mimes), func(m string) bool { return !isVideo(m) })
	if len(videos) == 0 {
		videos = mimes // sound alone
	}
	if slices.ContainsFunc(videos, c.takes) {
		return nil
	}
	var others []string
	for _, other := range Containers() {
		if slices.ContainsFunc(videos, other.takes) {
			others = append(others, fmt.Sprintf("%s (.%s)", other.Name, other.Extensions[0]))
		}
	}
	if len(others) == 0 {
		return fmt.Errorf("%s %w: no format has a place for it", codecNames(videos), ErrContainer)
	}
	return fmt.Errorf("%s %w as %s: choose %s", codecNames(videos), ErrContainer, c.Name, strings.Join(others, " or "))
}

func (c Container) takes(mime string) bool {
	same := func(m string) bool { return strings.EqualFold(m, mime) }
	return slices.ContainsFunc(c.Video, same) || slices.ContainsFunc(c.Audio, same)
}

func isVideo(mime string) bool { return strings.HasPrefix(strings.ToLower(mime), "video/") }

// codecNames lists codecs for people: "H264 or VP8".
func codecNames(mimes []string) string {
	var list []string
	for _, m := range mimes {
		_, name, _ := strings.Cut(m, "/")
		list = append(list, name)
	}
	if len(list) == 0 {
		return "a camera with neither picture nor sound"
	}
	return strings.Join(list, " or ")
}
