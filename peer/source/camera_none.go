//go:build !linux

package source

import (
	"errors"

	"inbox/peer"
)

var errNoCameras = errors.New("this build has no cameras: they are opened on Linux only; -camera test shows a test pattern, -source passes on what another program encodes")

// Cameras lists the cameras of this computer.
func Cameras() ([]Device, error) { return nil, errNoCameras }

// Camera returns the Source of a camera.
func Camera(CameraOptions) (peer.Source, error) { return nil, errNoCameras }
