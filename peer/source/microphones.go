package source

import (
	"fmt"
	"strings"

	"inbox/peer"
)

// Microphone is one that this computer has.
type Microphone struct {
	ID      string // of the system; it stays the same
	Name    string // for people
	Default bool   // the one that programs take if they are not told
}

// findMicrophone returns the index of the one that is meant: by its identifier,
// its name, or a part of the name that no other has; -1 is the default one, for
// which name is empty or "default".
func findMicrophone(all []Microphone, name string) (int, error) {
	if len(all) == 0 {
		return 0, fmt.Errorf("this computer has no microphone: %w", peer.ErrGone)
	}
	if name == "" || name == "default" {
		return -1, nil
	}
	for i, m := range all {
		if m.ID == name || m.Name == name {
			return i, nil
		}
	}
	var found []int
	for i, m := range all {
		if strings.Contains(strings.ToLower(m.Name), strings.ToLower(name)) {
			found = append(found, i)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return 0, fmt.Errorf("no microphone is called %q; there are: %s: %w", name, microphoneNames(all), peer.ErrGone)
	}
	return 0, fmt.Errorf("several microphones are called %q; give the whole name of one: %s", name, microphoneNames(all))
}

// FindMicrophone tells whether there is one of that name, for [NewMicrophone].
// The error wraps [peer.ErrGone] if it is not there, but may come.
func FindMicrophone(name string) error {
	all, err := Microphones()
	if err == nil {
		_, err = findMicrophone(all, name)
	}
	return err
}

func microphoneNames(all []Microphone) string {
	names := make([]string, len(all))
	for i, m := range all {
		names[i] = fmt.Sprintf("%q", m.Name)
	}
	return strings.Join(names, ", ")
}
