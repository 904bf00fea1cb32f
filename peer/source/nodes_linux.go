package source

import (
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"inbox/peer"
)

// videoSystem is where Linux keeps its video devices.
type videoSystem struct {
	class string // what it knows of them: /sys/class/video4linux
	dev   string // they themselves: /dev
	open  func(path string) (videoDevice, error)
}

func linuxVideo() videoSystem {
	return videoSystem{"/sys/class/video4linux", "/dev", openV4L2}
}

// node is a video device as the system lists it, without opening it. Not every
// one is a camera, and most cameras have several.
type node struct {
	path string
	name string // of the camera
	link string // leads to the same camera wherever it is plugged in; "" unknown
	usb  bool
}

// nodes lists the video devices: those of USB first, for what else there is in
// small computers are parts of their chip.
func (s videoSystem) nodes() []node {
	links := s.links()
	var nodes []node
	for _, n := range s.numbers() {
		base := "video" + strconv.Itoa(n)
		path := filepath.Join(s.dev, base)
		if _, err := os.Stat(path); err != nil {
			continue // of a container that has not all of the host's
		}
		found := node{path: path, name: base, link: links[path]}
		if name, err := os.ReadFile(filepath.Join(s.class, base, "name")); err == nil {
			found.name = strings.TrimSpace(string(name))
		}
		if device, err := filepath.EvalSymlinks(filepath.Join(s.class, base, "device")); err == nil {
			found.usb = strings.Contains(device, "/usb")
		}
		nodes = append(nodes, found)
	}
	slices.SortStableFunc(nodes, func(a, b node) int { return compareBool(a.usb, b.usb) })
	return nodes
}

// numbers returns those of the video devices, in order.
func (s videoSystem) numbers() []int {
	var numbers []int
	for _, folder := range []string{s.class, s.dev} { // a container may have no /sys
		entries, err := os.ReadDir(folder)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if n, ok := strings.CutPrefix(e.Name(), "video"); ok {
				if n, err := strconv.Atoi(n); err == nil {
					numbers = append(numbers, n)
				}
			}
		}
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

// links returns the links of udev, by where they lead.
func (s videoSystem) links() map[string]string {
	links := make(map[string]string)
	folder := filepath.Join(s.dev, "v4l", "by-id")
	entries, err := os.ReadDir(folder)
	if err != nil {
		return links // there is no udev, or no camera of USB
	}
	for _, e := range entries {
		link := filepath.Join(folder, e.Name())
		if path, err := filepath.EvalSymlinks(link); err == nil {
			links[path] = link
		}
	}
	return links
}

// find returns the devices that could be the camera that is meant, see
// [CameraOptions]. The error wraps peer.ErrGone if a path leads nowhere, or nothing
// has the name.
func (s videoSystem) find(device string) ([]node, error) {
	nodes := s.nodes()
	if strings.Contains(device, "/") {
		return s.findPath(nodes, device)
	}
	found := slices.DeleteFunc(slices.Clone(nodes), func(n node) bool {
		return !strings.Contains(strings.ToLower(n.name), strings.ToLower(device))
	})
	switch {
	case len(found) > 0:
		return found, nil
	case len(nodes) == 0 && device == "":
		return nil, errNoCamera
	case len(nodes) == 0:
		return nil, fmt.Errorf("no camera is called %q, for this computer has none: %w", device, peer.ErrGone)
	}
	var names []string
	for _, n := range nodes {
		names = append(names, n.name+" ("+n.path+")")
	}
	return nil, fmt.Errorf("no camera is called %q; there are %s: %w", device, strings.Join(names, ", "), peer.ErrGone)
}

var errNoCamera = errors.New("this computer has no camera; plug one in, or take -camera test")

func (s videoSystem) findPath(nodes []node, path string) ([]node, error) {
	device, err := filepath.EvalSymlinks(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("there is no camera at %s: %w", path, peer.ErrGone)
	}
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(nodes, func(n node) bool { return n.path == device }); i >= 0 {
		return nodes[i : i+1], nil
	}
	return []node{{path: device, name: path}}, nil
}

// again returns the devices that could be a camera which was open before: it
// may have got another number, and another camera its own.
func (s videoSystem) again(known node) []node {
	found := slices.DeleteFunc(s.nodes(), func(n node) bool {
		if known.link != "" {
			return n.link != known.link
		}
		return n.name != known.name
	})
	slices.SortStableFunc(found, func(a, b node) int { return compareBool(a.path == known.path, b.path == known.path) })
	return found
}

// cameras lists what gives pictures. It opens one device after the other.
func (s videoSystem) cameras() ([]Device, error) {
	var devices []Device
	var trouble []error
	for _, n := range s.nodes() {
		d, err := s.open(n.path)
		switch {
		case errors.Is(err, errUnusable):
			continue
		case err != nil:
			trouble = append(trouble, err)
			continue
		}
		if modes := d.modes(image.Point{}); len(modes) > 0 {
			devices = append(devices, Device{n.name, n.path, n.link, modes})
		}
		if err := d.Close(); err != nil {
			trouble = append(trouble, fmt.Errorf("close %s: %w", n.path, err))
		}
	}
	return devices, errors.Join(trouble...)
}
