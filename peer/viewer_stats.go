package peer

import "time"

// CameraState says how a camera stands, seen from a viewer.
type CameraState string

// The states of a camera.
const (
	Asking       CameraState = "asking"       // for its offer
	Connecting   CameraState = "connecting"   // it has offered
	Connected    CameraState = "connected"    // its frames come, unless Picture says why not
	Reconnecting CameraState = "reconnecting" // it was connected
)

// Stats is how one camera stands, and what came of it since it did.
type Stats struct {
	Camera   CameraInfo
	State    CameraState
	Picture  PictureState
	Route    string        // how media travels, for people; "" while it does not
	Time     time.Duration // of the newest frame that the Sink got
	Frames   int64         // pictures that the Sink got
	Bytes    int64         // of media that came, headers left out
	Bitrate  int           // bits a second, since the Stats before
	Packets  int64         // that came
	Lost     int64         // packets that never came
	Repaired int64         // packets that came in time, but not at first
	Dropped  int64         // pictures that lacked something, and frames that a slow Sink had no time for
}

// tell gives out how the cameras stand.
func (r *viewerRun) tell(now time.Time) {
	if r.OnStats == nil {
		return
	}
	for _, c := range r.cameras {
		r.OnStats(c.stats(now))
	}
}

func (c *viewed) stats(now time.Time) Stats {
	t := &c.recording.account
	s := Stats{
		Camera: c.info, Picture: c.picture, State: c.state(),
		Time: time.Duration(t.time.Load()), Frames: t.frames.Load(), Bytes: t.bytes.Load(),
		Packets: t.packets.Load(), Lost: t.lost.Load(), Repaired: t.repaired.Load(), Dropped: t.dropped.Load(),
	}
	if c.session != nil && s.State == Connected {
		if way := c.session.way.Load(); way != nil {
			s.Route = *way
		}
	}
	if passed := now.Sub(c.told).Seconds(); passed > 0 {
		s.Bitrate = int(float64(s.Bytes-c.toldBytes) * 8 / passed)
	}
	c.told, c.toldBytes = now, s.Bytes
	return s
}

func (c *viewed) state() CameraState {
	if c.session != nil && c.session.live.Load() {
		c.seen = true
		return Connected
	}
	switch {
	case c.seen:
		return Reconnecting
	case c.session != nil:
		return Connecting
	}
	return Asking
}
