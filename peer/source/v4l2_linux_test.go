package source

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"testing"

	"github.com/blackjack/webcam"
	"golang.org/x/sys/unix"

	"inbox/peer"
)

func TestOpenError(t *testing.T) {
	tests := []struct {
		err  error
		want error
		says string
	}{
		{unix.EACCES, fs.ErrPermission, "group video"},
		{unix.EPERM, fs.ErrPermission, "group video"},
		{unix.EBUSY, peer.ErrGone, "another program"},
		{unix.ENODEV, peer.ErrGone, unix.ENODEV.Error()},
		{unix.ENOENT, peer.ErrGone, unix.ENOENT.Error()},
		{unix.ENOTTY, errUnusable, "is no camera"},
		{errors.New("Not a video capture device"), errNoCapture, "takes no pictures"},
	}
	for _, tt := range tests {
		err := openError("/dev/video7", tt.err)
		checkError(t, tt.err.Error(), err, "/dev/video7", tt.says)
		if !errors.Is(err, tt.want) {
			t.Errorf("%v is no %v", err, tt.want)
		}
	}
}

func TestOpenV4L2(t *testing.T) {
	for path, want := range map[string]error{"/dev/null": errUnusable, t.TempDir(): errUnusable, filepath.Join(t.TempDir(), "video0"): peer.ErrGone} {
		if _, err := openV4L2(path); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", path, err, want)
		}
	}
}

func TestRatesOf(t *testing.T) {
	tests := []struct {
		name string
		rate webcam.FrameRate
		want []float64
	}{
		{"one", webcam.FrameRate{MinNumerator: 1, MaxNumerator: 1, MinDenominator: 30, MaxDenominator: 30}, []float64{30}},
		{"in 100 ns", webcam.FrameRate{MinNumerator: 1333333, MaxNumerator: 1333333, MinDenominator: 10_000_000, MaxDenominator: 10_000_000}, []float64{10_000_000. / 1333333}},
		{"a range", webcam.FrameRate{MinNumerator: 1, MaxNumerator: 1, MinDenominator: 90, MaxDenominator: 12}, []float64{90, 60, 30, 25, 15, 12}},
		{"broken", webcam.FrameRate{MinDenominator: 25, MaxDenominator: 25}, []float64{25}},
	}
	for _, tt := range tests {
		if got := ratesOf(tt.rate); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
