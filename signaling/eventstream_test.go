package signaling

import (
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

func TestEventReader(t *testing.T) {
	tests := []struct {
		name, stream string
		want         []streamEvent
	}{
		{"empty", "", nil},
		{"one", "id: 1\nevent: message\ndata: a\n\n", []streamEvent{{"1", "message", []byte("a")}}},
		{"carriage returns", "id: 1\r\rid: 2\rdata: a\r\rdata: b\r\r", []streamEvent{{"2", "message", []byte("a")}, {"2", "message", []byte("b")}}},
		{"both line ends", "data: a\r\n\r\ndata: b\n\n", []streamEvent{{"", "message", []byte("a")}, {"", "message", []byte("b")}}},
		{"byte order mark", "\xef\xbb\xbfdata: a\n\n\xef\xbb\xbfdata: b\n\n", []streamEvent{{"", "message", []byte("a")}}},
		{"comments", ": open\n\n:\n\ndata: a\n: between\ndata: b\n\n", []streamEvent{{"", "message", []byte("a\nb")}}},
		{"one space goes", "data:  a \n\ndata:b\n\n", []streamEvent{{"", "message", []byte(" a ")}, {"", "message", []byte("b")}}},
		{"empty data", "data\n\ndata:\n\ndata\ndata\n\n", []streamEvent{{"", "message", nil}, {"", "message", nil}, {"", "message", []byte("\n")}}},
		{"without data", "event: x\nid: 1\n\ndata: a\n\n", []streamEvent{{"1", "message", []byte("a")}}},
		{"the ID stays", "id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n", []streamEvent{{"1", "message", []byte("a")}, {"1", "message", []byte("b")}, {"", "message", []byte("c")}}},
		{"ID with NUL", "id: 1\nid: \x00\ndata: a\n\n", []streamEvent{{"1", "message", []byte("a")}}},
		{"unknown fields", "retry: 9\nfoo: bar\n Data: x\ndata: a\n\n", []streamEvent{{"", "message", []byte("a")}}},
		{"cut off", "data: a\n\ndata: b\n", []streamEvent{{"", "message", []byte("a")}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(test.stream), iotest.OneByteReader(strings.NewReader(test.stream))} {
				got, err := readEvents(newEventReader(r, 1000))
				if !errors.Is(err, io.EOF) || !reflect.DeepEqual(got, test.want) {
					t.Errorf("got %q and %v, want %q and EOF", got, err, test.want)
				}
			}
		})
	}
}

func readEvents(r *eventReader) (events []streamEvent, err error) {
	for {
		e, err := r.next()
		if err != nil {
			return events, err
		}
		events = append(events, e)
	}
}

// An event that is too long ends the stream, in one line or in many; comments
// and what is between events do not add up.
func TestEventReaderBound(t *testing.T) {
	const max = 100
	tests := []struct {
		name, stream string
		want         error
	}{
		{"one line", "data: " + strings.Repeat("a", max), errLongEvent},
		{"many lines", strings.Repeat("data:\n", max), errLongEvent},
		{"other fields", strings.Repeat("id:\n", max), errLongEvent},
		{"comment", ":" + strings.Repeat("a", max), errLongEvent},
		{"many comments", "data:\n" + strings.Repeat(": comment\n", max) + "\n", io.EOF},
		{"many events", strings.Repeat("data:\n\nid:\n\n", max), io.EOF},
		{"just fits", "data:" + strings.Repeat("a", max-5) + "\n\n", io.EOF},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, err := readEvents(newEventReader(strings.NewReader(test.stream), max)); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

// FuzzEventReader holds the reader against the standard's rules in their
// simplest form: the whole stream in memory, split into lines.
func FuzzEventReader(f *testing.F) {
	f.Add("id: 1\nevent: message\ndata: a\n\n")
	f.Add("\xef\xbb\xbf: open\r\n\r\ndata\rdata: b\r\rid:\x00\n\n")
	f.Fuzz(func(t *testing.T, stream string) {
		got, err := readEvents(newEventReader(strings.NewReader(stream), len(stream)))
		if !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		if want := simpleEvents(stream); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %q, want %q", stream, got, want)
		}
	})
}

func simpleEvents(stream string) (events []streamEvent) {
	stream = strings.TrimPrefix(stream, "\xef\xbb\xbf")
	stream = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(stream)
	lines := strings.Split(stream, "\n")
	id, name, data := "", "", ""
	for _, line := range lines[:len(lines)-1] { // what is behind the last line end is none
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "":
			if data != "" {
				if name == "" {
					name = "message"
				}
				e := streamEvent{ID: id, Name: name}
				if data = strings.TrimSuffix(data, "\n"); data != "" {
					e.Data = []byte(data)
				}
				events = append(events, e)
			}
			name, data = "", ""
		case field == "event":
			name = value
		case field == "data":
			data += value + "\n"
		case field == "id" && !strings.Contains(value, "\x00"):
			id = value
		}
	}
	return events
}
