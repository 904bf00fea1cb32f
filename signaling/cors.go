package signaling

import (
	"net/http"
	"strings"
)

// cors lets scripts of other origins use the mailbox (WHATWG Fetch, section
// 3.2). It never allows credentials in that document's sense: they are the
// cookies and passwords that a browser adds by itself, and a client of the
// mailbox sends its Authorization header on its own. So a foreign page can do
// nothing with an inbox whose password it was not given.
type cors struct {
	enabled bool
	origins map[string]bool // empty: every origin
}

func newCORS(opts Options) cors {
	c := cors{enabled: opts.CORS, origins: make(map[string]bool)}
	for _, origin := range opts.Origins {
		c.origins[strings.ToLower(strings.TrimSuffix(origin, "/"))] = true
	}
	return c
}

// set adds the headers for the origin of r, which may use the methods in allow.
func (c cors) set(header http.Header, r *http.Request, allow string) {
	if !c.enabled {
		return
	}
	header.Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	switch {
	case origin == "":
		return
	case len(c.origins) == 0:
		header.Set("Access-Control-Allow-Origin", "*")
	case c.origins[strings.ToLower(origin)]:
		header.Set("Access-Control-Allow-Origin", origin)
	default:
		return
	}
	if r.Method != http.MethodOptions {
		header.Set("Access-Control-Expose-Headers", "X-From, X-Message-ID, Preference-Applied, Retry-After")
		return
	}
	header.Set("Access-Control-Allow-Methods", allow)
	header.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Prefer, Last-Event-ID, Idempotency-Key")
	header.Set("Access-Control-Max-Age", "7200") // as long as Chromium remembers a preflight
}
