package signaling_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"inbox/signaling"
)

// openStream starts a stream of the inbox id. It ends with ctx.
func (m *mailbox) openStream(ctx context.Context, id string, headers ...string) *eventStream {
	m.t.Helper()
	r := m.request("GET", "/inbox", id, "", headers...).WithContext(ctx)
	r.Header.Set("Accept", "text/event-stream")
	resp, err := m.client.Do(r)
	if err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() { resp.Body.Close() })
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" ||
		resp.Header.Get("X-Accel-Buffering") != "no" || resp.Header.Get("Cache-Control") != "no-store" {
		m.t.Fatalf("a stream starts with %s %v", resp.Status, resp.Header)
	}
	s := &eventStream{m.t, bufio.NewReader(resp.Body)}
	s.expect(": open\n")
	return s
}

// eventStream is the events of a stream as they are on the wire.
type eventStream struct {
	t *testing.T
	r *bufio.Reader
}

// next returns the next event or comment without its empty line, and "" at the
// end of the stream.
func (s *eventStream) next() string {
	s.t.Helper()
	var event strings.Builder
	for {
		line, err := s.r.ReadString('\n')
		if line == "\n" || err == io.EOF && line+event.String() == "" {
			return event.String()
		}
		if err != nil {
			s.t.Fatalf("the stream broke off in %q: %v", event.String()+line, err)
		}
		event.WriteString(line)
	}
}

func (s *eventStream) expect(want string) {
	s.t.Helper()
	if got := s.next(); got != want {
		s.t.Fatalf("got %q, want %q", got, want)
	}
}

// message returns the ID of the next event, whose data must be as given.
func (s *eventStream) message(data string) (id string) {
	s.t.Helper()
	event := s.next()
	id, _, _ = strings.Cut(strings.TrimPrefix(event, "id: "), "\n")
	if event != "id: "+id+"\nevent: message\ndata: "+data+"\n" {
		s.t.Fatalf("got %q, want a message with the data %s", event, data)
	}
	return id
}

func TestStreamEvents(t *testing.T) {
	m := newSocketMailbox(t, signaling.Options{})
	s := m.openStream(t.Context(), "receiver")
	for _, test := range []struct{ body, data string }{
		{"v=0\r\no=- ☺\n", `{"from":"sender","body":"v=0\r\no=- ☺\n"}`},
		{"", `{"from":"sender","body":""}`},
		{"id: 7\n\ndata: forged", `{"from":"sender","body":"id: 7\n\ndata: forged"}`},
		{"\xff\x00", `{"from":"sender","body":"/wA=","encoding":"base64"}`},
	} {
		m.put("sender", "receiver", test.body)
		s.message(test.data)
	}
}

// What has waited for the stream comes together: here more than any buffer
// holds, over a line to a client that takes longer than one write may.
func TestStreamBacklog(t *testing.T) {
	for name, start := range map[string]func(*testing.T, signaling.Options) *mailbox{
		"HTTP/1.1": newPipeMailbox, "HTTP/2": newHTTP2Mailbox,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := start(t, signaling.Options{})
				m.make("receiver")
				body := func(i int) string { return strings.Repeat(string(rune('a'+i)), 60<<10) }
				const messages = 20
				for i := range messages {
					m.put("sender", "receiver", body(i))
				}
				s := m.openStream(t.Context(), "receiver")
				for i := range messages {
					if name == "HTTP/1.1" {
						time.Sleep(time.Second)
					}
					s.message(`{"from":"sender","body":"` + body(i) + `"}`)
				}
			})
		})
	}
}

// Each event comes through HTTP/2 as it is sent, too.
func TestStreamHTTP2(t *testing.T) {
	server := httptest.NewUnstartedServer(newMailbox())
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	m := &mailbox{t: t, url: server.URL, client: server.Client()}
	s := m.openStream(ctx, "receiver")
	for range 3 {
		r := m.request("POST", "/inbox?to=receiver", "sender", "offer")
		resp, err := m.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != 200 || resp.ProtoMajor != 2 {
			t.Fatalf("%s over %s", resp.Status, resp.Proto)
		}
		s.message(`{"from":"sender","body":"offer"}`)
	}
}

// A stream begins behind its cursor and drops what that acknowledges; what it
// sends stays until then.
func TestStreamCursor(t *testing.T) {
	m := newSocketMailbox(t, signaling.Options{NoWait: true, StreamLength: 2})
	m.make("receiver")
	for _, body := range []string{"1", "2", "3"} {
		m.put("sender", "receiver", body)
	}
	var second string
	for _, header := range [][]string{nil, {"Last-Event-ID", "0"}, {"Last-Event-ID", "of-another-life"}} {
		s := m.openStream(t.Context(), "receiver", header...)
		s.message(`{"from":"sender","body":"1"}`)
		second = s.message(`{"from":"sender","body":"2"}`)
		s.expect("") // StreamLength
	}
	s := m.openStream(t.Context(), "receiver", "Last-Event-ID", second)
	s.message(`{"from":"sender","body":"3"}`)
	s.expect("") // NoWait
	s = m.openStream(t.Context(), "receiver")
	s.message(`{"from":"sender","body":"3"}`)
	s.expect("")
}

func TestStreamHeartbeat(t *testing.T) {
	for name, start := range map[string]func(*testing.T, signaling.Options) *mailbox{
		"HTTP/1.1": newPipeMailbox, "HTTP/2": newHTTP2Mailbox,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := start(t, signaling.Options{})
				begin := time.Now()
				s := m.openStream(t.Context(), "receiver")
				for range 8 { // for longer than an inbox lives without its owner
					s.expect(":\n")
				}
				if took := time.Since(begin); took != 2*time.Minute {
					t.Errorf("8 heartbeats took %v, want 2m", took)
				}
				m.put("sender", "receiver", "offer")
				s.message(`{"from":"sender","body":"offer"}`)
				m.stop()
				s.expect("")
			})
		})
	}
}

func TestStreamDisplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newPipeMailbox(t, signaling.Options{})
		older := m.openStream(t.Context(), "receiver")
		newer := m.openStream(t.Context(), "receiver")
		older.expect("event: displaced\ndata:\n")
		older.expect("")
		m.put("sender", "receiver", "offer")
		newer.message(`{"from":"sender","body":"offer"}`)
	})
}

func TestStreamRemoved(t *testing.T) {
	m := newSocketMailbox(t, signaling.Options{})
	s := m.openStream(t.Context(), "receiver")
	if a := m.do(m.request("DELETE", "/inbox", "receiver", "")); a.status != 204 {
		t.Fatalf("DELETE: %+v", a)
	}
	s.expect("")
}

// A client that does not read is cut, and what it did not read stays.
func TestStreamClientDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newPipeMailbox(t, signaling.Options{Heartbeat: time.Hour})
		conn, err := m.client.Transport.(*http.Transport).DialContext(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		askForStream(t, conn)
		start := time.Now()
		<-m.closed
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("cut after %v, want 10 s", took)
		}
	})
}

// askForStream asks for a stream of the inbox "receiver" and reads nothing.
func askForStream(t *testing.T, conn net.Conn) {
	t.Helper()
	r := newRequest("GET", "http://pipe/inbox", "receiver", "")
	r.Header.Set("Accept", "text/html, text/event-stream;q=0.9")
	if err := r.Write(conn); err != nil {
		t.Fatal(err)
	}
}
