package peer

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// packets is one frame as it goes to every viewer: the same payloads, which
// nobody changes, behind headers that each track makes for itself.
type packets struct {
	from     *encoding
	payloads [][]byte
	time     time.Duration
	key      bool
	gap      bool // frames before it were left out
}

// track is one viewer's [webrtc.TrackLocal] of one kind. Its header, sequence
// numbers and extensions are its own, so that nothing of one viewer's
// connection shows in another's. One goroutine writes.
type track struct {
	kind    webrtc.RTPCodecType
	stream  string   // that picture and sound have in common
	formats []format // what the source has, the preferred one first
	onKey   func()   // the viewer asks for a key frame; nil for sound

	bound    atomic.Pointer[binding]
	sequence uint16
	offset   uint32
	delay    []byte       // the playout delay extension
	sent     atomic.Int64 // bytes
	packets  atomic.Int64
	octets   atomic.Int64    // of payloads
	workers  *sync.WaitGroup // of the session
}

// binding is what was negotiated.
type binding struct {
	format      format
	payloadType uint8
	ssrc        uint32
	delayID     uint8 // 0: the viewer does not know the extension
	writer      webrtc.TrackLocalWriter
}

// newTrack returns a track that asks viewers to hold pictures back for at most
// hold; with none they are shown as they come, and wait for no sound.
func newTrack(kind webrtc.RTPCodecType, stream string, fs []format, hold time.Duration, workers *sync.WaitGroup, onKey func()) *track {
	delay, _ := rtp.PlayoutDelayExtension{MaxDelay: uint16(hold / (10 * time.Millisecond))}.Marshal() // in range
	return &track{
		kind: kind, stream: stream, formats: fs, workers: workers, onKey: onKey,
		// In the lower half: before a first packet has come, a receiver cannot know
		// that the numbers have turned over (RFC 3711, section 3.3.1).
		sequence: uint16(rand.N(1 << 15)), offset: rand.Uint32(), delay: delay,
	}
}

// Bind implements [webrtc.TrackLocal]: it takes the first of the source's
// formats that the viewer has too.
func (t *track) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	for _, f := range t.formats {
		for _, p := range c.CodecParameters() {
			if !strings.EqualFold(p.MimeType, f.MimeType) {
				continue
			}
			b := &binding{format: f, payloadType: uint8(p.PayloadType), ssrc: uint32(c.SSRC()), writer: c.WriteStream()}
			for _, e := range c.HeaderExtensions() {
				if e.URI == playoutDelayURI {
					b.delayID = uint8(e.ID)
				}
			}
			t.bound.Store(b)
			reader := c.RTCPReader()
			t.workers.Go(func() { t.readRTCP(reader) }) // until the connection is closed
			return p, nil
		}
	}
	if t.kind == webrtc.RTPCodecTypeAudio {
		return t.formats[0].RTPCodecParameters, nil // not bound: who wants no sound still gets the picture
	}
	return webrtc.RTPCodecParameters{}, fmt.Errorf("%w: the camera has %s", webrtc.ErrUnsupportedCodec, names(t.formats))
}

// Unbind implements [webrtc.TrackLocal].
func (t *track) Unbind(webrtc.TrackLocalContext) error { return nil }

// ID implements [webrtc.TrackLocal].
func (t *track) ID() string { return t.kind.String() }

// RID implements [webrtc.TrackLocal].
func (t *track) RID() string { return "" }

// StreamID implements [webrtc.TrackLocal].
func (t *track) StreamID() string { return t.stream }

// Kind implements [webrtc.TrackLocal].
func (t *track) Kind() webrtc.RTPCodecType { return t.kind }

// write sends one frame. The time of frames becomes that of RTP by the format's clock.
func (t *track) write(p packets) error {
	b := t.bound.Load()
	if b == nil {
		return nil
	}
	clock := t.clock(b, p.time)
	for i, payload := range p.payloads {
		// A header of its own for each packet: the buffer for repeats keeps it.
		header := &rtp.Header{
			Version: 2, PayloadType: b.payloadType, SSRC: b.ssrc, Timestamp: clock,
			SequenceNumber: t.sequence, Marker: i == len(p.payloads)-1 && t.kind == webrtc.RTPCodecTypeVideo,
		}
		t.sequence++
		if p.key && b.delayID != 0 {
			if err := header.SetExtension(b.delayID, t.delay); err != nil {
				return fmt.Errorf("playout delay: %w", err)
			}
		}
		n, err := b.writer.WriteRTP(header, payload)
		if err != nil {
			return err
		}
		t.sent.Add(int64(n))
		t.packets.Add(1)
		t.octets.Add(int64(len(payload)))
	}
	return nil
}

// clock is a time in ticks of the format's clock. It turns over, after half a day.
func (t *track) clock(b *binding, d time.Duration) uint32 {
	return t.offset + uint32(int64(d.Seconds()*float64(b.format.ClockRate)))
}

// readRTCP hears when the viewer needs a key frame (PLI: RFC 4585, section
// 6.3.1; FIR: RFC 5104, section 4.3.1). On the way here, what the viewer lost is repeated,
// and what it says of its way is heard: that may be addressed to either track.
func (t *track) readRTCP(r interceptor.RTCPReader) {
	buf := make([]byte, 1500)
	for {
		n, attributes, err := r.Read(buf, interceptor.Attributes{})
		if err != nil {
			return
		}
		all, err := attributes.GetRTCPPackets(buf[:n])
		if err != nil {
			continue
		}
		for _, p := range all {
			switch p.(type) {
			case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
				if t.onKey != nil {
					t.onKey()
				}
			}
		}
	}
}
