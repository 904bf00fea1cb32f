package sink

import (
	"bytes"
	"encoding/binary"
	"errors"

	"github.com/at-wat/ebml-go"
	"github.com/at-wat/ebml-go/webm"
	"github.com/pion/webrtc/v4"
)

// matroskaPlaces is where a header has what becomes known later. Positions of
// the seek head count from segment.
type matroskaPlaces struct {
	segment      int64 // where the segment's elements begin; its length is in the 8 bytes before
	duration     int64 // 8 bytes
	info, tracks int64 // from segment
}

// seekRoom is what is kept free for the seek head: an element Void at first.
const seekRoom = 96

var errHeader = errors.New("the header of Matroska has another form than expected")

// matroskaHeader returns what comes before the first cluster. A live one says
// nothing of its duration.
func matroskaHeader(tracks []track, docType string, live bool) ([]byte, matroskaPlaces, error) {
	var places matroskaPlaces
	var b bytes.Buffer
	top := struct {
		Header  webm.EBMLHeader `ebml:"EBML"`
		Segment struct{}        `ebml:"Segment,size=unknown"`
	}{Header: webm.EBMLHeader{
		EBMLVersion: 1, EBMLReadVersion: 1, EBMLMaxIDLength: 4, EBMLMaxSizeLength: 8,
		DocType: docType, DocTypeVersion: 4, DocTypeReadVersion: 2,
	}}
	if err := ebml.Marshal(&top, &b); err != nil {
		return nil, places, err
	}
	places.segment = int64(b.Len())
	if !live {
		b.Write(void(seekRoom))
	}
	places.info = int64(b.Len()) - places.segment
	about := struct {
		Info webm.Info `ebml:"Info"`
	}{webm.Info{TimecodeScale: 1_000_000, MuxingApp: "ebml-go", WritingApp: "inbox"}}
	if !live {
		about.Info.Duration = 1 // until it is known
	}
	if err := ebml.Marshal(&about, &b); err != nil {
		return nil, places, err
	}
	durationHead := []byte{0x44, 0x89, 0x88} // its ID, and a length of 8
	places.duration = int64(bytes.Index(b.Bytes(), durationHead) + len(durationHead))
	places.tracks = int64(b.Len()) - places.segment
	list := struct {
		Tracks webm.Tracks `ebml:"Tracks"`
	}{}
	for i, t := range tracks {
		list.Tracks.TrackEntry = append(list.Tracks.TrackEntry, matroskaEntry(uint64(i+1), t))
	}
	if err := ebml.Marshal(&list, &b); err != nil {
		return nil, places, err
	}
	unknown := []byte{0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	if !bytes.HasSuffix(b.Bytes()[:places.segment], unknown) {
		return nil, places, errHeader
	}
	return b.Bytes(), places, nil
}

func matroskaEntry(number uint64, t track) webm.TrackEntry {
	const (
		video, audio = 1, 2
		// Opus needs 80 ms before it sounds as it should (RFC 7845, 4.6).
		preRoll = 80_000_000 // nanoseconds
	)
	e := webm.TrackEntry{TrackNumber: number, TrackUID: number, CodecPrivate: t.setup.config}
	if !t.video {
		e.TrackType, e.CodecID, e.SeekPreRoll = audio, "A_OPUS", preRoll
		e.CodecPrivate = opusHead(t)
		e.Audio = &webm.Audio{SamplingFrequency: float64(t.ClockRate), Channels: uint64(max(1, t.Channels))}
		return e
	}
	e.TrackType = video
	e.CodecID = map[string]string{
		webrtc.MimeTypeH264: "V_MPEG4/ISO/AVC", webrtc.MimeTypeH265: "V_MPEGH/ISO/HEVC",
		webrtc.MimeTypeVP8: "V_VP8", webrtc.MimeTypeVP9: "V_VP9", webrtc.MimeTypeAV1: "V_AV1",
	}[canonical(t.MIME)]
	e.Video = &webm.Video{PixelWidth: uint64(t.setup.width), PixelHeight: uint64(t.setup.height)}
	return e
}

// opusHead is the identification header (RFC 7845, 5.1), without a pre-skip: the
// stream was joined on its way, and its times are those of what is heard.
func opusHead(t track) []byte {
	b := append([]byte("OpusHead\x01"), byte(max(1, t.Channels)), 0, 0)
	b = binary.LittleEndian.AppendUint32(b, t.ClockRate)
	return append(b, 0, 0, 0)
}

// seekHead returns the seek head for cues at that position, and what is left of its room.
func (p matroskaPlaces) seekHead(cues int64) ([]byte, error) {
	seek := func(id ebml.ElementType, at int64) webm.Seek {
		return webm.Seek{SeekID: id.Bytes(), SeekPosition: uint64(at)}
	}
	head := struct {
		SeekHead webm.SeekHead `ebml:"SeekHead"`
	}{webm.SeekHead{Seek: []webm.Seek{
		seek(ebml.ElementInfo, p.info), seek(ebml.ElementTracks, p.tracks), seek(ebml.ElementCues, cues),
	}}}
	var b bytes.Buffer
	if err := ebml.Marshal(&head, &b); err != nil {
		return nil, err
	}
	rest := seekRoom - b.Len()
	if rest < voidHead {
		return nil, errHeader
	}
	b.Write(void(rest))
	return b.Bytes(), nil
}

const voidHead = 9 // bytes of a Void's ID and length

// void returns an element that says nothing, of size bytes in all.
func void(size int) []byte {
	b := make([]byte, size)
	b[0] = 0xec
	binary.BigEndian.PutUint64(b[1:], 1<<56|uint64(size-voidHead))
	return b
}
