package static

import (
	"net/http"
	"strings"
)

// PageHeaders are the headers of our own pages: what they may load, what they
// may use, and that nobody guesses types or learns addresses.
func PageHeaders() http.Header {
	h := FolderHeaders()
	h.Set("Content-Security-Policy", strings.Join([]string{
		"default-src 'self'",
		"img-src 'self' data: blob:",
		"manifest-src 'self'",
		"media-src 'self' blob: mediastream:",
		"connect-src 'self'",
		"object-src 'none'",
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'self'",
	}, "; "))
	h.Set("Permissions-Policy", strings.Join([]string{
		"camera=(self)",
		"microphone=(self)",
		"display-capture=(self)",
		"fullscreen=(self)",
		"autoplay=(self)",
		"picture-in-picture=(self)",
		"screen-wake-lock=(self)",
	}, ", "))
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	return h
}

// FolderHeaders are the headers of a user's folder. What its pages load is
// their own affair.
func FolderHeaders() http.Header {
	return http.Header{
		"X-Content-Type-Options": {"nosniff"},
		"Referrer-Policy":        {"no-referrer"},
	}
}
