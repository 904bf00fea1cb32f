package source

import (
	"bytes"
	"errors"
	"io/fs"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/webrtc/v4"
	"golang.org/x/sys/unix"

	"inbox/peer"
)

// desk is a computer with a chip's own video devices and two cameras of USB.
func desk(t testing.TB) (v *fakeVideo, webcam, scope *fakeCamera) {
	v = newFakeVideo(t)
	webcam = newFakeCamera(t, "yuyv 64x48@30", "mjpeg 1280x720@30")
	scope = newFakeCamera(t, "mjpeg 640x480@30")
	v.plug(0, "bcm2835-isp", "", newFakeCamera(t, "RG10 640x480"))
	v.plug(2, "HD Pro Webcam C920", "usb-046d-video-index0", webcam)
	v.plug(3, "HD Pro Webcam C920", "usb-046d-video-index1", nil) // of its metadata
	v.plug(10, "Endoscope", "usb-endo-video-index0", scope)
	return v, webcam, scope
}

func TestCameras(t *testing.T) {
	v, webcam, _ := desk(t)
	v.plug(11, "Locked", "", newFakeCamera(t))
	v.refuse[v.path(11)] = unix.EACCES
	devices, err := v.videoSystem.cameras()
	checkError(t, "a camera that may not be opened", err, "group video", v.path(11))
	if !errors.Is(err, fs.ErrPermission) {
		t.Errorf("%v is no fs.ErrPermission", err)
	}
	var got []string
	for _, d := range devices {
		got = append(got, d.Name+" "+d.Path+" "+d.Link+": "+describe(d.Modes))
	}
	want := []string{
		"HD Pro Webcam C920 " + v.path(2) + " " + v.link("usb-046d-video-index0") + ": yuyv 64x48 (30); mjpeg 1280x720 (30)",
		"Endoscope " + v.path(10) + " " + v.link("usb-endo-video-index0") + ": mjpeg 640x480 (30)",
		"bcm2835-isp " + v.path(0) + " : RG10 640x480",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
	webcam.checkClosed(t)
}

// TestCameraMeant names cameras as people do. Nothing but what is meant is opened.
func TestCameraMeant(t *testing.T) {
	v, _, _ := desk(t)
	tests := []struct {
		device string
		opened []string
		err    error
		says   string
	}{
		{device: "", opened: []string{"video2"}},
		{device: v.path(10), opened: []string{"video10"}},
		{device: v.link("usb-endo-video-index0"), opened: []string{"video10"}},
		{device: "endo", opened: []string{"video10"}},
		{device: "c920", opened: []string{"video2"}},
		{device: "isp", opened: []string{"video0"}, err: errUnusable, says: "rpicam-vid"},
		{device: v.path(3), opened: []string{"video3"}, err: errUnusable, says: "is no camera"},
		{device: v.class, opened: []string{"class"}, err: errUnusable, says: "is no camera"},
	}
	for _, tt := range tests {
		v.opened = nil
		_, err := v.camera(CameraOptions{Device: tt.device})
		if tt.err != nil && !errors.Is(err, tt.err) || tt.says == "" && err != nil || !slices.Equal(v.opened, tt.opened) {
			t.Errorf("%q: %v; opened %v, want %v", tt.device, err, v.opened, tt.opened)
		}
		if tt.says != "" {
			checkError(t, tt.device, err, tt.says)
		}
	}
}

func TestCameraRefused(t *testing.T) {
	v, _, _ := desk(t)
	_, err := v.camera(CameraOptions{Device: "c920", Width: 1920, Height: 1080})
	checkError(t, "a size that is not there", err, "1920x1080", "C920", "1280x720 (30)")
	if !errors.Is(err, ErrMode) {
		t.Errorf("%v is no ErrMode", err)
	}
	for errno, want := range map[error]error{unix.EACCES: fs.ErrPermission, unix.EBUSY: peer.ErrGone, unix.EIO: peer.ErrGone} {
		v.refuse[v.path(2)] = errno
		if _, err := v.camera(CameraOptions{}); !errors.Is(err, want) {
			t.Errorf("%v: %v", errno, err)
		}
	}
	if _, err := newCamera(newFakeVideo(t).videoSystem, CameraOptions{}, nil); !errors.Is(err, errNoCamera) {
		t.Errorf("no camera at all: %v", err)
	}
	none := newFakeVideo(t)
	none.plug(0, "radio", "", nil)
	_, err = none.camera(CameraOptions{})
	checkError(t, "no camera among the devices", err, "is no camera")
	if _, err := newCamera(v.videoSystem, CameraOptions{Device: "endo"}, nil); !errors.Is(err, errNoEncoder) {
		t.Errorf("no encoder: %v", err)
	}
}

// TestCameraReplugged finds the camera where it went, and no other one.
func TestCameraReplugged(t *testing.T) {
	for name, links := range map[string][2]string{"by its link": {"usb-a", "usb-b"}, "by its name": {"", ""}} {
		t.Run(name, func(t *testing.T) {
			v := newFakeVideo(t)
			mine, other := newFakeCamera(t, "grey 64x48@30"), newFakeCamera(t, "grey 64x48@30")
			otherName := "Mine" // two of one model, which only links tell apart
			if links[1] == "" {
				otherName = "Other"
			}
			v.plug(0, "Mine", links[0], mine)
			c := v.mustCamera(CameraOptions{})
			m := openMedia(t, c)
			e := startEncoder(t, m, "fake/video", peer.Rung{})
			go mine.put(plain(formatGrey, 64, 48, 1))
			nextFrame(t, e)
			close(mine.in)
			v.unplug(0, links[0])
			if _, err := e.Next(t.Context()); !errors.Is(err, peer.ErrGone) {
				t.Errorf("Next returned %v", err)
			}
			closeMedia(t, m)

			v.plug(0, otherName, links[1], other)
			if _, err := c.Open(t.Context()); !errors.Is(err, peer.ErrGone) {
				t.Errorf("Open without the camera returned %v", err)
			}
			mine.in, mine.gone = make(chan []byte), false
			v.plug(5, "Mine", links[0], mine)
			again := openMedia(t, c)
			go mine.put(plain(formatGrey, 64, 48, 1))
			nextFrame(t, startEncoder(t, again, "fake/video", peer.Rung{}))
			closeMedia(t, again)
			mine.checkClosed(t)
			if other.opened > 0 {
				t.Error("the other camera was opened")
			}
		})
	}
}

// TestCameraOpenLater says that it may come back whatever is wrong for a moment.
func TestCameraOpenLater(t *testing.T) {
	v, webcam, _ := desk(t)
	c := v.mustCamera(CameraOptions{})
	for _, errno := range []error{unix.EACCES, unix.EBUSY, unix.ENODEV, unix.ENOTTY} {
		v.refuse[v.path(2)] = errno
		if _, err := c.Open(t.Context()); !errors.Is(err, peer.ErrGone) {
			t.Errorf("%v: %v", errno, err)
		}
	}
	delete(v.refuse, v.path(2))
	webcam.startErr = startError(unix.EBUSY)
	if _, err := c.Open(t.Context()); !errors.Is(err, peer.ErrGone) {
		t.Errorf("in use: %v", err)
	}
	webcam.startErr = nil
	modes := webcam.list
	webcam.list = nil // not ready yet
	if _, err := c.Open(t.Context()); !errors.Is(err, peer.ErrGone) {
		t.Errorf("no modes: %v", err)
	}
	webcam.list = modes
	closeMedia(t, openMedia(t, c))
	webcam.checkClosed(t)
}

// TestCameraAwaitedByName has a camera whose name none has yet: it is told what
// there is, without opening that.
func TestCameraAwaitedByName(t *testing.T) {
	v, _, _ := desk(t)
	v.opened = nil
	c := v.mustCamera(CameraOptions{Device: "front"})
	checkError(t, "a name that none has", c.Awaited(), `no camera is called "front"`, "Endoscope", "C920")
	if len(v.opened) > 0 {
		t.Errorf("%v was opened", v.opened)
	}
	camera := newFakeCamera(t, "yuyv 64x48@30")
	v.plug(20, "Front door", "", camera)
	closeMedia(t, openMedia(t, c))
	camera.checkClosed(t)
	alone := newFakeVideo(t).mustCamera(CameraOptions{Device: "front"})
	checkError(t, "a computer without cameras", alone.Awaited(), "this computer has none")
}

// TestCameraAwaited names the path of a camera that is plugged in later.
func TestCameraAwaited(t *testing.T) {
	tests := []struct {
		name   string
		modes  []string
		codecs bool
		format string // that is streamed
	}{
		{"pictures", []string{"grey 64x48@30", "h264 64x48@30"}, true, formatGrey},
		{"H.264 alone", []string{"h264 64x48@30"}, true, formatH264},
		{"without cgo", []string{"grey 64x48@30", "h264 64x48@30"}, false, formatH264},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := newFakeVideo(t)
			o := CameraOptions{Device: v.link("front"), PassThrough: true}
			codecs := []videoCodec{{format: webrtc.MimeTypeH264}, {format: webrtc.MimeTypeVP8}}
			want := []string{webrtc.MimeTypeH264, webrtc.MimeTypeVP8}
			if !tt.codecs {
				codecs, want = nil, want[:1]
			}
			c, err := newCamera(v.videoSystem, o, codecs)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(c.Formats(), want) {
				t.Errorf("formats are %v, want %v", c.Formats(), want)
			}
			if err := c.Awaited(); !errors.Is(err, peer.ErrGone) {
				t.Errorf("it is awaited because of %v", err)
			}
			if _, err := c.Open(t.Context()); !errors.Is(err, peer.ErrGone) {
				t.Errorf("Open without a camera returned %v", err)
			}
			camera := newFakeCamera(t, tt.modes...)
			v.plug(1, "Front", "front", camera)
			closeMedia(t, openMedia(t, c))
			if camera.started.format != tt.format {
				t.Errorf("it gives %+v, want %s", camera.started, tt.format)
			}
			camera.checkClosed(t)
		})
	}
}

// TestCameraPassThrough gives what the camera has encoded, and asks it for key frames.
func TestCameraPassThrough(t *testing.T) {
	v := newFakeVideo(t)
	device := newFakeCamera(t, "h264 1280x720@30", "yuyv 1280x720@30")
	v.plug(0, "Encoder", "usb-encoder", device)
	c := v.mustCamera(CameraOptions{PassThrough: true, FPS: 30})
	if want := []string{webrtc.MimeTypeH264}; !slices.Equal(c.Formats(), want) {
		t.Errorf("formats are %v, want %v", c.Formats(), want)
	}
	synctest.Test(t, func(t *testing.T) {
		device.in = make(chan []byte)
		m := openMedia(t, c)
		e, err := m.Encode(webrtc.MimeTypeH264, peer.Rung{})
		if err != nil {
			t.Fatal(err)
		}
		key := append(nal(t, sps1080, ppsPlain), joined(idr(1))...)
		go func() {
			for _, b := range [][]byte{joined(pic(0)), key, joined(pic(2)), joined(pic(3)), joined(idr(4))} {
				time.Sleep(time.Second / 30)
				device.put(b)
			}
		}()
		for _, want := range []struct {
			key  bool
			data []byte
		}{{true, key}, {false, joined(pic(2))}, {false, joined(pic(3))}, {true, append(nal(t, sps1080, ppsPlain), joined(idr(4))...)}} {
			f := nextFrame(t, e)
			if f.Key != want.key || !bytes.Equal(f.Data, want.data) {
				t.Errorf("key %v, % x; want %v, % x", f.Key, f.Data, want.key, want.data)
			}
		}
		if err := e.(peer.KeyFrameForcer).ForceKeyFrame(); err != nil {
			t.Error(err)
		}
		if width, height, fps := m.Size(); width != 1920 || height != 1080 || fps != 30 { // as the stream says
			t.Errorf("the size is %dx%d at %v", width, height, fps)
		}
		closeMedia(t, m)
		if device.forced != 2 {
			t.Errorf("%d key frames were asked for, want the first and one", device.forced)
		}
	})
	device.checkClosed(t)
	if s := c.Stats(); s.Frames != 5 || s.Damaged != 0 {
		t.Errorf("%+v", s)
	}
}
