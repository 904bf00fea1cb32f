//go:build !linux && !(cgo && (darwin || windows))

package source

import (
	"errors"

	"inbox/peer"
)

var errNoCameras = errors.New("this build has no cameras: outside of Linux they need one made with a C compiler (CGO_ENABLED=1); -source passes on what another program encodes")

// Cameras lists the cameras of this computer.
func Cameras() ([]Device, error) { return nil, errNoCameras }

// Camera returns the Source of a camera.
func Camera(CameraOptions) (peer.Source, error) { return nil, errNoCameras }
