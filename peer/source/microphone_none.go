//go:build !cgo || nomicrophone

package source

import (
	"context"
	"errors"

	"inbox/peer"
)

var errNoMicrophone = errors.New("this build cannot use a microphone: use one built with CGO_ENABLED=1 and without the tag nomicrophone")

// Microphones lists the microphones of this computer.
func Microphones() ([]Microphone, error) { return nil, errNoMicrophone }

// NewMicrophone returns a Source of the sound of a microphone, one channel:
// by its name, a part of it, or its ID; "" or "default" is that of the system.
func NewMicrophone(string) peer.Source {
	return newRawSound(func(context.Context) (sounds, error) { return nil, errNoMicrophone })
}
