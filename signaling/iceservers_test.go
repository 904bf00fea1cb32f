package signaling_test

import (
	"testing"

	"inbox/signaling"
)

func TestICEServers(t *testing.T) {
	tests := []struct {
		servers []signaling.ICEServer
		want    string
	}{
		{nil, `{"iceServers":[]}`},
		{
			[]signaling.ICEServer{{URLs: []string{"stun:a.example"}}, {URLs: []string{"turn:b.example"}, Username: "u", Credential: "c"}},
			`{"iceServers":[{"urls":["stun:a.example"]},{"urls":["turn:b.example"],"username":"u","credential":"c"}]}`,
		},
	}
	for _, test := range tests {
		m := newSocketMailbox(t, signaling.Options{ICEServers: test.servers})
		ask := func() answered { return m.do(m.request("GET", "/ice-servers", "camera", "")) }
		if a := ask(); a.status != 404 {
			t.Errorf("without an inbox: %+v, want 404", a)
		}
		if a := ask(); a.status != 404 {
			t.Errorf("asking made an inbox: %+v, want 404", a)
		}
		m.make("camera")
		if a := ask(); a.status != 200 || a.body != test.want+"\n" || a.header.Get("Content-Type") != "application/json" {
			t.Errorf("got %+v, want %s", a, test.want)
		}
	}
}
