package tlsport

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestPlainRequest(t *testing.T) {
	tests := []struct {
		name, request string
		status        int
		location      string
	}{
		{"GET", "GET /send.html?x=1 HTTP/1.1\r\nHost: inbox.local:3000\r\n\r\n", 308, "https://inbox.local:3000/send.html?x=1"},
		{"HEAD", "HEAD / HTTP/1.1\r\nHost: [::1]:3000\r\n\r\n", 308, "https://[::1]:3000/"},
		{"two slashes", "GET //evil.example/ HTTP/1.1\r\nHost: a\r\n\r\n", 308, "https://a//evil.example/"},
		{"absolute form", "GET http://evil.example/x HTTP/1.1\r\nHost: a\r\n\r\n", 308, "https://evil.example/x"},
		{"no path", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 308, "https://a/"},
		{"query not for a header", "GET /send?\xff HTTP/1.1\r\nHost: a\r\n\r\n", 308, "https://a/"},
		{"POST", "POST /inbox HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 400, ""},
		{"CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 400, ""},
		{"host with brackets", "GET / HTTP/1.1\r\nHost: ::[\r\n\r\n", 400, ""},
		{"host of a port alone", "GET / HTTP/1.1\r\nHost: :3000\r\n\r\n", 400, ""},
		{"host with a user", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400, ""},
		{"port of letters", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", 400, ""},
		{"odd host", "GET / HTTP/1.1\r\nHost: a\"b\r\n\r\n", 400, ""},
		{"no host", "GET / HTTP/1.0\r\n\r\n", 400, ""},
		{"garbage", "\x00\x01\x02garbage\r\n\r\n", 400, ""},
		{"endless", "GET /" + strings.Repeat("x", 2*requestSize) + " HTTP/1.1\r\n", 400, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			answer(&out, strings.NewReader(tt.request))
			method, _, _ := strings.Cut(tt.request, " ")
			reader := bufio.NewReader(&out)
			resp, err := http.ReadResponse(reader, &http.Request{Method: method})
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if resp.StatusCode != tt.status || resp.Header.Get("Location") != tt.location {
				t.Errorf("status %d to %q, want %d to %q", resp.StatusCode, resp.Header.Get("Location"), tt.status, tt.location)
			}
			body, err := io.ReadAll(resp.Body)
			if err != nil || method != http.MethodHead && !strings.Contains(string(body), "https://") {
				t.Errorf("it says %q, %v", body, err)
			}
			if rest := reader.Buffered(); rest != 0 {
				t.Errorf("%d bytes follow the answer", rest)
			}
		})
	}
}

func TestPlainRequestOverTheWire(t *testing.T) {
	address, _ := newServer(t)
	resp, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Get("http://" + address + "/send")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != 308 || resp.Header.Get("Location") != "https://"+address+"/send" {
		t.Errorf("over the wire: %d to %q", resp.StatusCode, resp.Header.Get("Location"))
	}
}

// TestAnswerArrives sends more than is read for the answer: the connection
// must not be reset before the client has seen it.
func TestAnswerArrives(t *testing.T) {
	address, _ := newServer(t)
	much := strings.Repeat("x", 8*requestSize)
	for name, request := range map[string]string{
		"body":    "POST /inbox?to=a HTTP/1.1\r\nHost: a\r\nContent-Length: 65536\r\n\r\n" + much,
		"path":    "GET /" + much + " HTTP/1.1\r\nHost: a\r\n\r\n",
		"garbage": "\x00" + much,
	} {
		t.Run(name, func(t *testing.T) {
			c, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if _, err := io.WriteString(c, request); err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(c)
			if err != nil || !strings.HasPrefix(string(got), "HTTP/1.1 400 ") {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
	f.Add([]byte("GET /a%0d%0ab?c\r HTTP/1.1\r\nHost: a:1\r\n\r\n"))
	f.Add([]byte("HEAD / HTTP/1.1\r\nHost: ::[\r\n\r\n"))
	f.Add([]byte("\x80\x00"))
	f.Fuzz(func(t *testing.T, request []byte) {
		var out bytes.Buffer
		answer(&out, bytes.NewReader(request))
		req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(request)))
		if err != nil {
			req = nil
		}
		reader := bufio.NewReader(&out)
		resp, err := http.ReadResponse(reader, req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if _, err := io.ReadAll(resp.Body); err != nil {
			t.Fatal(err)
		}
		if rest := reader.Buffered(); rest != 0 {
			t.Errorf("%d bytes follow the answer", rest)
		}
		location, err := url.Parse(resp.Header.Get("Location"))
		if err != nil {
			t.Fatal(err)
		}
		switch resp.StatusCode {
		case http.StatusBadRequest:
			if location.String() != "" {
				t.Errorf("a refusal leads to %q", location)
			}
		case http.StatusPermanentRedirect:
			if location.Scheme != "https" || location.User != nil || location.Host != req.Host || location.Hostname() == "" {
				t.Errorf("host %q leads to %q", req.Host, location)
			}
		default:
			t.Errorf("status %d", resp.StatusCode)
		}
	})
}
