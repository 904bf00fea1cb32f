package tlsport

import (
	"bufio"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// answer reads one plain request from r and tells the client to use HTTPS.
func answer(w io.Writer, r io.Reader) {
	req, err := http.ReadRequest(bufio.NewReader(io.LimitReader(r, requestSize)))
	resp := &http.Response{
		StatusCode: http.StatusBadRequest,
		ProtoMajor: 1,
		ProtoMinor: 1,
		Header:     http.Header{"Content-Type": {"text/plain; charset=utf-8"}},
		Request:    req, // an answer to HEAD has no body
		Close:      true,
	}
	line := "this port speaks HTTPS: "
	switch {
	case err != nil || !isHost(req.Host):
		line += "open https:// and this address\n"
	case req.Method == http.MethodGet || req.Method == http.MethodHead:
		location := secure(req)
		resp.StatusCode = http.StatusPermanentRedirect
		resp.Header.Set("Location", location)
		line += location + "\n"
	default:
		// A redirected POST would have sent its password in the clear already.
		line += "use https://" + req.Host + "\n"
	}
	resp.Body, resp.ContentLength = io.NopCloser(strings.NewReader(line)), int64(len(line))
	b := bufio.NewWriter(w)
	resp.Write(b)
	b.Flush() // a client that has gone needs no answer
}

// secure returns the address that req asks for, by HTTPS; that of the front
// page if its path or query is not fit for a header.
func secure(req *http.Request) string {
	front := "https://" + req.Host + "/"
	location := "https://" + req.Host + req.URL.EscapedPath()
	if req.URL.RawQuery != "" {
		location += "?" + req.URL.RawQuery
	}
	if !strings.HasPrefix(location, front) || !isPlain(location) {
		return front
	}
	return location
}

// isHost reports whether host is a name or an address, with or without a port
// (RFC 9110, section 7.2).
func isHost(host string) bool {
	for i := range len(host) {
		c := host[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			continue
		}
		if !strings.ContainsRune(".-_:[]", rune(c)) {
			return false
		}
	}
	u, err := url.Parse("https://" + host)
	return err == nil && u.Host == host && u.Hostname() != "" && len(host) <= 256
}

// isPlain reports whether s is printable ASCII, fit for a header.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
