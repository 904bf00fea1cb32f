package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"inbox/peer"
	"inbox/peer/sink"
)

func TestStatusLineStaysLast(t *testing.T) {
	var b bytes.Buffer
	line := &statusLine{on: true, w: &b}
	line.set("one")
	line.set("two")
	if _, err := line.Write([]byte("a log line\n")); err != nil {
		t.Fatal(err)
	}
	line.end()
	want := eraseLine + "one" + eraseLine + "two" + eraseLine + "a log line\ntwo\n"
	if b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
	b.Reset()
	quiet := newStatusLine(&b, true) // not a terminal
	quiet.set("nothing")
	quiet.end()
	if b.Len() > 0 {
		t.Errorf("%q where there is no terminal", b.String())
	}
}

func TestProgress(t *testing.T) {
	target := &target{written: func() sink.Stats { return sink.Stats{Bytes: 12_340_000} }}
	got := target.describe(peer.Stats{
		State: peer.Connected, Time: 83*time.Minute + 7*time.Second, Frames: 149_000, Bitrate: 2_100_000, Packets: 9_950, Lost: 50,
	})
	if want := "1:23:07  12.3 MB  2.1 Mbit/s  149000 pictures  0.5 % lost"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := target.describe(peer.Stats{State: peer.Reconnecting, Camera: peer.CameraInfo{Name: "Hall"}}); got != "Hall reconnecting" {
		t.Errorf("%q", got)
	}
}

// A camera's name comes from a stranger, and must lead nowhere else than into the folder.
func TestFileName(t *testing.T) {
	for name, want := range map[string]string{
		"Front door":             "Front_door",
		"":                       "camera",
		"../../etc/passwd":       "etc_passwd",
		"%Y%m%d":                 "Y_m_d",
		".hidden":                "hidden",
		"Tür 2":                  "Tür_2",
		"a\x00b\\c:d":            "a_b_c_d",
		strings.Repeat("x", 300): strings.Repeat("x", 64),
	} {
		if got := fileName(name); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
}
