package peer

import (
	"testing"

	"github.com/pion/webrtc/v4"
)

// TestFeedWants has what one viewer gets while its pictures change over to
// another encoding, whose first key frame gets lost before it is sent.
func TestFeedWants(t *testing.T) {
	h264, _ := formatOf(webrtc.MimeTypeH264)
	encodings := map[string]*encoding{
		"old": newEncoding(h264, Rung{}, &fakeEncoder{}, nil, nil),
		"new": newEncoding(h264, Rung{}, &fakeEncoder{}, nil, nil),
	}
	f := &feed{}
	for i, tt := range []struct {
		switchTo string // before the picture
		missed   bool   // pictures before it
		from     string
		key      bool
		want     bool
		asks     bool // for a key frame
	}{
		{switchTo: "old", from: "old", asks: true},
		{from: "old", key: true, want: true},
		{from: "old", want: true},
		{missed: true, from: "old", asks: true},
		{from: "old", asks: true},
		{from: "old", key: true, want: true},
		{switchTo: "new", from: "old", want: true},
		{from: "new", asks: true}, // its key frame is lost
		{from: "old", want: true}, // the picture goes on meanwhile
		{from: "new", key: true, want: true},
		{from: "old"},
		{from: "old", key: true},
		{from: "new", want: true},
		{switchTo: "old", from: "new", want: true},
		{switchTo: "new", from: "old", key: true}, // it has thought better of it
		{from: "new", want: true},
	} {
		if tt.switchTo != "" {
			f.switchTo(encodings[tt.switchTo])
		}
		if tt.missed {
			f.miss()
		}
		e := encodings[tt.from]
		if got := f.wants(packets{from: e, key: tt.key}); got != tt.want || e.key != tt.asks {
			t.Errorf("picture %d: wanted %v, asks for a key frame %v; want %v and %v", i, got, e.key, tt.want, tt.asks)
		}
		e.key = false
	}
}
