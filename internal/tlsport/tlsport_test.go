package tlsport

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
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
