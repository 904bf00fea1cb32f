package source

import (
	"errors"
	"testing"

	"inbox/peer"
)

func TestFindMicrophone(t *testing.T) {
	all := []Microphone{{"1a", "Webcam C920", true}, {"2b", "Headset", false}, {"3c", "Webcam", false}}
	tests := []struct {
		name string
		want int
		gone bool // the error is ErrGone
		err  bool
	}{
		{"", -1, false, false},
		{"default", -1, false, false},
		{"2b", 1, false, false},
		{"Webcam", 2, false, false},
		{"c920", 0, false, false},
		{"web", 0, false, true},
		{"Piano", 0, true, true},
	}
	for _, tt := range tests {
		got, err := findMicrophone(all, tt.name)
		if got != tt.want || (err != nil) != tt.err || errors.Is(err, peer.ErrGone) != tt.gone {
			t.Errorf("%q: %d, %v", tt.name, got, err)
		}
	}
	for _, name := range []string{"x", "default", ""} {
		if _, err := findMicrophone(nil, name); !errors.Is(err, peer.ErrGone) {
			t.Errorf("%q without microphones: %v", name, err)
		}
	}
}

// TestMicrophones runs on computers with and without microphones.
func TestMicrophones(t *testing.T) {
	all, err := Microphones()
	if err == nil {
		t.Log(microphoneNames(all))
	} else {
		t.Log(err)
	}
	m, err := NewMicrophone("no microphone has this name").Open(t.Context())
	if err == nil {
		m.Close()
		t.Fatal("a microphone that is not there was opened")
	}
	if err := FindMicrophone("no microphone has this name"); err == nil {
		t.Error("a microphone that is not there was found")
	}
	t.Log(err)
}
