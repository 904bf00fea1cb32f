package signaling

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestCORS(t *testing.T) {
	const (
		page      = "https://page.example"
		methods   = "GET, POST, DELETE, OPTIONS"
		allowed   = "Authorization, Content-Type, Prefer, Last-Event-ID, Idempotency-Key"
		exposed   = "X-From, X-Message-ID, Preference-Applied, Retry-After"
		preflight = http.MethodOptions
	)
	answer := func(origin string) map[string]string {
		return map[string]string{"Vary": "Origin", "Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": exposed}
	}
	preflighted := func(origin string) map[string]string {
		return map[string]string{
			"Vary": "Origin", "Access-Control-Allow-Origin": origin, "Access-Control-Allow-Methods": methods,
			"Access-Control-Allow-Headers": allowed, "Access-Control-Max-Age": "7200",
		}
	}
	only := Options{CORS: true, Origins: []string{"https://Page.example/"}}
	tests := []struct {
		name   string
		opts   Options
		method string
		origin string
		status int
		want   map[string]string
	}{
		{"off", Options{Origins: []string{page}}, "GET", page, 204, map[string]string{}},
		{"preflight, off", Options{}, preflight, page, 204, map[string]string{}},
		{"every origin", Options{CORS: true}, "GET", page, 204, answer("*")},
		{"preflight, every origin", Options{CORS: true}, preflight, "null", 204, preflighted("*")},
		{"one origin", only, "GET", page, 204, answer(page)},
		{"preflight, one origin", only, preflight, page, 204, preflighted(page)},
		{"other origin", only, "GET", "https://other.example", 204, map[string]string{"Vary": "Origin"}},
		{"preflight, other origin", only, preflight, "https://page.example.evil", 204, map[string]string{"Vary": "Origin"}},
		{"same origin", only, "GET", "", 204, map[string]string{"Vary": "Origin"}},
		{"an error", only, "DELETE", page, 404, answer(page)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.opts.NoWait = true
			h := NewHandler(NewMemory(MemoryOptions{}), test.opts)
			r := httptest.NewRequest(test.method, "/inbox", nil)
			r.Header.Set("Origin", test.origin)
			if test.method == preflight {
				r.Header.Set("Access-Control-Request-Method", "GET")
				r.Header.Set("Access-Control-Request-Headers", "authorization")
			} else {
				r.SetBasicAuth("receiver", "password")
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			got := make(map[string]string)
			for name, values := range w.Header() {
				if name == "Vary" || strings.HasPrefix(name, "Access-Control-") {
					got[name] = strings.Join(values, "|")
				}
			}
			if w.Code != test.status || !maps.Equal(got, test.want) {
				t.Errorf("got %d %v, want %d %v", w.Code, got, test.status, test.want)
			}
		})
	}
}
