package peer

import "io"

// Sink takes what a Viewer receives: it writes a file, feeds a pipe, takes one
// picture. Package inbox/peer/sink has them. The Viewer calls its methods from
// one goroutine.
type Sink interface {
	// Begin says what comes from now on, pictures before sound. It is called
	// again when the camera comes back, perhaps with other formats; the time of
	// the frames goes on.
	Begin([]Format) error
	// WriteFrame takes a frame of the format with that index in Begin's list. The
	// frames of a format come in order, each picture decodable with those before
	// it: after a loss that could not be mended the next picture is a key frame.
	// Time has one origin for pictures and sound and for all sessions: the first
	// frame's; a gap is a gap in time.
	WriteFrame(index int, f Frame) error
	// Close ends what is written so that it is whole.
	io.Closer
}

// Format is how one track of a camera is encoded.
type Format struct {
	MIME      string // as webrtc.MimeTypeH264
	ClockRate uint32 // ticks a second of the RTP time stamps
	Channels  int    // of sound
}
