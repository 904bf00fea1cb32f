package peer

import (
	"errors"
	"strings"
	"testing"
)

func TestParseLink(t *testing.T) {
	key := NewKey()
	for _, want := range []Link{
		{Kind: WatchLink, Server: "https://pi.local:3000", Inbox: "abc", Key: key},
		{Kind: DialLink, Server: "https://pi.local:3000", Inbox: "a b&c", Key: key},
		{Kind: WatchLink, Server: "http://127.0.0.1:3000/behind/proxy", Inbox: "é"},
	} {
		got, err := ParseLink(want.String())
		if err != nil || got != want {
			t.Errorf("ParseLink(%s) = %+v, %v; want %+v", want, got, err, want)
		}
	}
	got, err := ParseLink("  https://host/receive#from=abc\n")
	if want := (Link{Kind: WatchLink, Server: "https://host", Inbox: "abc"}); err != nil || got != want {
		t.Errorf("without .html: %+v, %v; want %+v", got, err, want)
	}
	for _, text := range []string{"", "abc", "host:3000", "https://host/", "https://host/index.html#from=a",
		"https://host/send.html#from=a", "https://host/receive.html", "ftp://host/send.html#to=a", "https://host/send.html#to=%zz"} {
		if _, err := ParseLink(text); !errors.Is(err, ErrLink) {
			t.Errorf("ParseLink(%q): %v, want ErrLink", text, err)
		}
	}
	if _, err := ParseLink("https://host/send.html#to=a&key=short"); !errors.Is(err, ErrKey) {
		t.Errorf("a short key: %v, want ErrKey", err)
	}
}

func FuzzParseLink(f *testing.F) {
	f.Add("https://pi.local:3000/receive.html#from=a&key=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")
	f.Add("http://[::1]:3000/send#to=%20x")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := ParseLink(text)
		if err != nil {
			return
		}
		if again, err := ParseLink(l.String()); err != nil || again != l {
			t.Errorf("%q is %+v, which reads as %+v, %v", text, l, again, err)
		}
	})
}

// A key of zeros would stand for none, and messages be plain.
func TestZeroKeyIsNone(t *testing.T) {
	if _, err := ParseKey(strings.Repeat("A", 43)); !errors.Is(err, ErrKey) {
		t.Errorf("%v, want ErrKey", err)
	}
}
