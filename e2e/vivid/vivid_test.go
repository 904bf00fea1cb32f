//go:build vivid

// Package vivid_test is the native camera with the kernel's virtual camera, in a
// virtual machine: make vivid.
package vivid_test

import (
	"encoding/json"
	"fmt"
	"image"
	"slices"
	"strings"
	"testing"
	"time"

	"inbox/peer"
	"inbox/peer/source"
)

func TestVivid(t *testing.T) {
	g := boot(t)
	t.Run("devices", func(t *testing.T) { testDevices(t, g) })
	t.Run("capture", func(t *testing.T) { t.Log(g.run(t, "/run/source.test -test.v -test.run Vivid")) })
	for _, size := range []image.Point{{640, 480}, {320, 180}} {
		t.Run(fmt.Sprintf("stream %dx%d", size.X, size.Y), func(t *testing.T) { testStream(t, g, size) })
	}
}

// testDevices lists the camera with what it gives.
func testDevices(t *testing.T, g *guest) {
	var list struct{ Cameras []source.Device }
	written := g.run(t, "/run/inbox devices -json 2>/dev/null")
	if err := json.Unmarshal([]byte(written), &list); err != nil {
		t.Fatalf("%v: %s", err, written)
	}
	if len(list.Cameras) != 1 || list.Cameras[0].Path != "/dev/video0" || !strings.Contains(list.Cameras[0].Name, "vivid") {
		t.Fatalf("%+v", list)
	}
	modes := list.Cameras[0].Modes
	for _, want := range []source.Mode{
		{Format: "yuyv", Width: 640, Height: 480, FPS: []float64{25}},
		{Format: "nv12", Width: 1280, Height: 720, FPS: []float64{12.5}},
		{Format: "RGB3", Width: 320, Height: 180, FPS: []float64{60}},
	} {
		if !slices.ContainsFunc(modes, func(m source.Mode) bool {
			return m.Format == want.Format && m.Width == want.Width && m.Height == want.Height && m.FPS[0] == want.FPS[0]
		}) {
			t.Errorf("no %v", want)
		}
	}
}

// testStream sends the camera to a viewer, and unplugs it meanwhile.
func testStream(t *testing.T, g *guest, size image.Point) {
	v := newViewer(t)
	g.run(t, fmt.Sprintf("/run/inbox send -server http://%s:%s -to receiver -camera vivid -size %dx%d >/tmp/log 2>&1 &", hostAddress, v.port, size.X, size.Y))
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(g.run(t, "cat /tmp/log"))
		}
	})
	v.awaitPictures(size, 25)
	g.unplug(t)
	v.awaitState(peer.Away)
	v.forget()
	g.plug(t)
	v.awaitState(peer.Live)
	v.awaitPictures(size, 25)
	g.run(t, "kill -INT $!; wait $!")
	select {
	case <-v.byes:
	case <-time.After(patience):
		t.Error("the camera did not say goodbye")
	}
}
