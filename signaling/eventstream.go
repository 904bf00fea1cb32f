package signaling

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// errLongEvent ends the reading of a stream whose event is longer than it may be.
var errLongEvent = errors.New("an event of the stream is too long")

// streamEvent is one event of an event stream.
type streamEvent struct {
	ID   string // the last `id` of the stream so far
	Name string // the `event`; "message" if there is none
	Data []byte // the `data` lines, with a line feed between them
}

// eventReader reads an event stream (WHATWG HTML, section 9.2.6). It holds at
// most one event in memory, and ignores `retry`: the Client has its own pauses.
type eventReader struct {
	r      *bufio.Reader
	max    int // bytes of one event's lines
	left   int // bytes that the present event may still take
	begun  bool
	skipLF bool // the last line ended with CR, so a LF belongs to that end
	line   []byte
	id     string
}

// newEventReader reads events of up to max bytes from r.
func newEventReader(r io.Reader, max int) *eventReader {
	return &eventReader{r: bufio.NewReader(r), max: max}
}

// next returns the next event. A stream that ends in the middle of an event
// loses that event, as the standard has it. Errors: io.EOF, errLongEvent,
// and those of the reader underneath.
func (e *eventReader) next() (streamEvent, error) {
	event := streamEvent{}
	var data []byte
	hasData := false
	e.left = e.max
	for {
		line, err := e.readLine()
		if err != nil {
			return streamEvent{}, err
		}
		if len(line) == 0 {
			if hasData {
				break
			}
			event.Name, e.left = "", e.max // an event without data is none
			continue
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(name) {
		case "":
			e.left += len(line) // a comment is no part of the event
		case "event":
			event.Name = string(value)
		case "id":
			if bytes.IndexByte(value, 0) < 0 {
				e.id = string(value)
			}
		case "data":
			if hasData {
				data = append(data, '\n')
			}
			data, hasData = append(data, value...), true
		}
	}
	if event.Name == "" {
		event.Name = "message"
	}
	event.ID, event.Data = e.id, data
	return event, nil
}

// readLine returns the next line without its end (LF, CR or CRLF), valid until
// the next call. What comes behind the last line's end is no line.
func (e *eventReader) readLine() ([]byte, error) {
	e.line = e.line[:0]
	for {
		if _, err := e.r.Peek(1); err != nil {
			return nil, err
		}
		there, _ := e.r.Peek(e.r.Buffered())
		if e.skipLF {
			e.skipLF = false
			if there[0] == '\n' {
				e.r.Discard(1)
				continue
			}
		}
		piece, ended := cutLine(there)
		if len(piece) > e.left {
			return nil, errLongEvent
		}
		e.left -= len(piece)
		e.line = append(e.line, piece...)
		if !ended {
			e.r.Discard(len(piece))
			continue
		}
		e.skipLF = there[len(piece)] == '\r'
		e.r.Discard(len(piece) + 1)
		return e.firstWithoutBOM(), nil
	}
}

// cutLine returns b up to its first line feed or carriage return, and whether
// there is one.
func cutLine(b []byte) (line []byte, ended bool) {
	line, _, lf := bytes.Cut(b, []byte("\n"))
	line, _, cr := bytes.Cut(line, []byte("\r"))
	return line, lf || cr
}

// firstWithoutBOM returns the line, without a byte order mark if it is the
// stream's first.
func (e *eventReader) firstWithoutBOM() []byte {
	if e.begun {
		return e.line
	}
	e.begun = true
	return bytes.TrimPrefix(e.line, []byte("\xef\xbb\xbf"))
}
