package tlsport

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// newServer runs an HTTPS server on a port behind NewListener and returns the
// port's address and a client that trusts it.
func newServer(t *testing.T) (address string, client *http.Client) {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.Proto)
	}))
	address = s.Listener.Addr().String()
	s.Listener = NewListener(s.Listener)
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	return address, s.Client()
}

func TestTLSComesThrough(t *testing.T) {
	address, client := newServer(t)
	resp, err := client.Get("https://" + address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); err != nil || string(body) != "HTTP/2.0" {
		t.Errorf("got %q, %v; want HTTP/2.0", body, err)
	}
}

func TestPlainRequest(t *testing.T) {
	address, _ := newServer(t)
	tests := []struct {
		name, request string
		status        int
		location      string
	}{
		{"GET", "GET /send.html?x=1 HTTP/1.1\r\nHost: inbox.local:3000\r\n\r\n", 308, "https://inbox.local:3000/send.html?x=1"},
		{"HEAD", "HEAD / HTTP/1.1\r\nHost: [::1]:3000\r\n\r\n", 308, "https://[::1]:3000/"},
		{"two slashes", "GET //evil.example/ HTTP/1.1\r\nHost: a\r\n\r\n", 308, "https://a//evil.example/"},
		{"absolute form", "GET http://evil.example/x HTTP/1.1\r\nHost: a\r\n\r\n", 308, "https://evil.example/x"},
		{"POST", "POST /inbox HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 400, ""},
		{"odd host", "GET / HTTP/1.1\r\nHost: a\"b\r\n\r\n", 400, ""},
		{"no host", "GET / HTTP/1.0\r\n\r\n", 400, ""},
		{"garbage", "\x00\x01\x02garbage\r\n\r\n", 400, ""},
		{"endless", "GET /" + strings.Repeat("x", 2*requestSize) + " HTTP/1.1\r\n", 400, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			answer(&out, strings.NewReader(tt.request))
			resp, err := http.ReadResponse(bufio.NewReader(&out), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if resp.StatusCode != tt.status || resp.Header.Get("Location") != tt.location {
				t.Errorf("status %d to %q, want %d to %q", resp.StatusCode, resp.Header.Get("Location"), tt.status, tt.location)
			}
			body, err := io.ReadAll(resp.Body)
			if err != nil || !strings.Contains(string(body), "https://") {
				t.Errorf("it says %q, %v", body, err)
			}
		})
	}
	resp, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Get("http://" + address + "/send")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != 308 || resp.Header.Get("Location") != "https://"+address+"/send" {
		t.Errorf("over the wire: %d to %q", resp.StatusCode, resp.Header.Get("Location"))
	}
}

// TestSilentConnections holds many connections open that say nothing: others
// get through, and closing the listener ends them.
func TestSilentConnections(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := NewListener(l)
	var silent []net.Conn
	for range 50 {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		silent = append(silent, c)
	}
	speaking, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer speaking.Close()
	if _, err := speaking.Write([]byte{handshake, 3, 1}); err != nil {
		t.Fatal(err)
	}
	accepted, err := port.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer accepted.Close()
	got := make([]byte, 3)
	if _, err := io.ReadFull(accepted, got); err != nil || !bytes.Equal(got, []byte{handshake, 3, 1}) {
		t.Errorf("the connection begins with %v, %v", got, err)
	}
	if err := port.Close(); err != nil {
		t.Error(err)
	}
	for _, c := range silent {
		if _, err := c.Read(got); err == nil {
			t.Error("a silent connection outlives the listener")
		}
	}
	if _, err := port.Accept(); err == nil {
		t.Error("a closed listener accepts")
	}
}

// TestTLSIsUntouched lets a real handshake, byte for byte, through.
func TestTLSIsUntouched(t *testing.T) {
	address, client := newServer(t)
	config := client.Transport.(*http.Transport).TLSClientConfig.Clone()
	config.ServerName = "example.com"
	raw, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	if err := tls.Client(slowly{raw}, config).Handshake(); err != nil {
		t.Error(err)
	}
}

// slowly writes one byte after the other.
type slowly struct{ net.Conn }

func (s slowly) Write(p []byte) (int, error) {
	for i := range p {
		if _, err := s.Conn.Write(p[i : i+1]); err != nil {
			return i, err
		}
	}
	return len(p), nil
}

func FuzzAnswer(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
	f.Add([]byte("GET /a%0d%0ab?c\r HTTP/1.1\r\nHost: a:1\r\n\r\n"))
	f.Add([]byte("\x80\x00"))
	f.Fuzz(func(t *testing.T, request []byte) {
		var out bytes.Buffer
		answer(&out, bytes.NewReader(request))
		resp, err := http.ReadResponse(bufio.NewReader(&out), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if _, err := io.ReadAll(resp.Body); err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != 400 && resp.StatusCode != 308 || resp.StatusCode == 308 != strings.HasPrefix(resp.Header.Get("Location"), "https://") {
			t.Errorf("status %d to %q", resp.StatusCode, resp.Header.Get("Location"))
		}
	})
}
