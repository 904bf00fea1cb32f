package peer

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

// How long the one kind of media waits for the other.
const (
	pictureWait = 5 * time.Second // sound without a picture is recorded after that
	soundWait   = time.Second     // a picture without sound is
	keyEvery    = 500 * time.Millisecond
)

// incomingSize is how many packets may wait for an intake; more wait in pion's buffers.
const incomingSize = 256

// incoming is a packet of a lane, or a report on one.
type incoming struct {
	lane   *lane
	packet arrived
	report *rtcp.SenderReport
}

// lane is the way of one stream from packets to frames.
type lane struct {
	format   Format
	sound    bool
	ssrc     uint32
	order    *reorder
	assembly *assembly
	clock    *clock // set by the intake

	lost, repaired, dropped int64 // that were counted
}

// newLane returns nil for a codec that this end does not know.
func newLane(c webrtc.RTPCodecParameters, ssrc webrtc.SSRC, latency time.Duration) *lane {
	if depacketizer(c.MimeType) == nil {
		return nil
	}
	return &lane{
		format:   Format{MIME: canonical(c.MimeType), ClockRate: c.ClockRate, Channels: int(c.Channels)},
		sound:    strings.HasPrefix(strings.ToLower(c.MimeType), "audio/"),
		ssrc:     uint32(ssrc),
		order:    newReorder(latency),
		assembly: newAssembly(c.MimeType),
	}
}

// intake makes frames of what one session receives and gives them to the
// camera's recording:
//
//	packets -> reorder -> assembly -> timeline -> recording
//
// Its run is the only one that touches it.
type intake struct {
	recording *recording
	line      *timeline
	sendRTCP  func([]rtcp.Packet) error
	log       *slog.Logger
	incoming  chan incoming
	newest    atomic.Int64 // when the newest packet came, in nanoseconds since the recording's epoch; 0: none came

	began     time.Time // when the first packet came
	expects   [2]bool   // a picture, sound
	lanes     [2]*lane  // of the picture, of the sound
	ready     [2]bool   // frames of it came
	formats   []Format  // that the recording began with; nil: not yet in this session
	index     [2]int    // of the lanes in formats
	pending   []laneFrame
	askedAt   time.Time
	lateSince time.Time // when the first picture came that waits for sound
}

type laneFrame struct {
	kind  int
	frame Frame
}

func newIntake(r *recording, sendRTCP func([]rtcp.Packet) error, log *slog.Logger) *intake {
	return &intake{
		recording: r, line: newTimeline(r.epoch), sendRTCP: sendRTCP, log: log,
		incoming: make(chan incoming, incomingSize), expects: [2]bool{true, true},
	}
}

// run takes what comes until ctx ends.
func (in *intake) run(ctx context.Context) {
	late := time.NewTimer(time.Hour)
	defer late.Stop()
	for {
		select {
		case <-ctx.Done():
			in.flush()
			return
		case m := <-in.incoming:
			in.take(m)
		case <-late.C:
		}
		now := time.Now()
		next := now.Add(time.Hour)
		for _, l := range in.lanes {
			if l == nil {
				continue
			}
			in.advance(l, now)
			if at, waiting := l.order.deadline(); waiting && at.Before(next) {
				next = at
			}
		}
		late.Reset(next.Sub(now))
	}
}

// take takes a packet or a report.
func (in *intake) take(m incoming) {
	if m.report != nil {
		for _, l := range in.lanes {
			if l != nil && l.ssrc == m.report.SSRC {
				l.clock.report(m.report.NTPTime, m.report.RTPTime)
			}
		}
		return
	}
	l := m.lane
	if l.clock == nil { // a new stream, or another codec, takes the place of the one before
		l.clock = in.line.clock(l.format.ClockRate)
		in.lanes[kindOf(l)], in.ready[kindOf(l)] = l, false
	}
	if in.lanes[kindOf(l)] != l {
		return
	}
	if in.began.IsZero() {
		in.began = m.packet.at
	}
	in.newest.Store(max(1, int64(m.packet.at.Sub(in.recording.epoch))))
	in.recording.account.packets.Add(1)
	in.recording.account.bytes.Add(int64(len(m.packet.Payload)))
	l.order.push(m.packet)
}

func kindOf(l *lane) int {
	if l.sound {
		return 1
	}
	return 0
}

// advance gives on the lane's frames that are there.
func (in *intake) advance(l *lane, now time.Time) {
	for {
		p, gap, ok := l.order.pop(now)
		if !ok {
			break
		}
		for _, f := range l.assembly.push(p, gap) {
			in.give(l, Frame{Data: f.data, Time: l.clock.time(f.clock, f.at), Key: f.key})
		}
		if l.assembly.lacksKey() {
			in.askForKey(now)
		}
	}
	if in.recording.keyWanted.Load() && in.askForKey(now) {
		in.recording.keyWanted.Store(false)
	}
	t := &in.recording.account
	t.lost.Add(l.order.lost - l.lost)
	t.repaired.Add(l.order.repaired - l.repaired)
	t.dropped.Add(l.assembly.dropped - l.dropped)
	l.lost, l.repaired, l.dropped = l.order.lost, l.order.repaired, l.assembly.dropped
}

// askForKey asks the camera for a key frame (PLI: RFC 4585, section 6.3.1),
// unless that was done just now.
func (in *intake) askForKey(now time.Time) bool {
	l := in.lanes[0]
	if l == nil || now.Sub(in.askedAt) < keyEvery {
		return false
	}
	in.askedAt = now
	if err := in.sendRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: l.ssrc}}); err != nil {
		in.log.Debug("key frame not asked for", "error", err)
	}
	return true
}

// give hands a frame on, once it is known what else comes with it.
func (in *intake) give(l *lane, f Frame) {
	kind := kindOf(l)
	now := time.Now()
	if !in.ready[kind] && (kind == 0 || in.ready[0] || !in.expects[0] || now.Sub(in.began) >= pictureWait) {
		in.ready[kind] = true
		in.lateSince = now
		in.formats = nil // the recording begins anew, with this one too
	}
	if !in.ready[kind] {
		return // sound before the first picture
	}
	if in.formats == nil {
		in.pending = append(in.pending, laneFrame{kind, f})
		if in.expects[1] && !in.ready[1] && now.Sub(in.lateSince) < soundWait && len(in.pending) < maxQueued/4 {
			return
		}
		in.flush()
		return
	}
	in.write(laneFrame{kind, f})
}

// flush begins the recording with the streams that are there, and hands on what waited.
func (in *intake) flush() {
	if len(in.pending) == 0 {
		return
	}
	var formats []Format
	for kind, l := range in.lanes {
		if l != nil && in.ready[kind] {
			in.index[kind] = len(formats)
			formats = append(formats, l.format)
		}
	}
	if !in.recording.begin(formats) {
		in.pending = nil
		in.recording.miss()
		return
	}
	in.formats = formats
	for _, f := range in.pending {
		in.write(f)
	}
	in.pending = nil
}

func (in *intake) write(f laneFrame) {
	if !in.recording.put(in.index[f.kind], f.frame, f.kind == 1) {
		in.askForKey(time.Now())
	}
}
