package peer

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// ErrLink says that a text is not a link of the pages.
var ErrLink = errors.New("not a link to a send or receive page: copy the whole link, for example https://host:3000/receive.html#from=ID&key=KEY")

// LinkKind says to which page a link leads.
type LinkKind int

// The kinds of links.
const (
	WatchLink LinkKind = iota // receive.html#from=ID: shows the camera whose inbox is ID
	DialLink                  // send.html#to=ID: sends a camera to the receiver whose inbox is ID
)

// pages are the paths of the kinds, and the names under which they have the inbox.
var pages = [...]struct{ path, inbox string }{WatchLink: {"receive.html", "from"}, DialLink: {"send.html", "to"}}

// Link is how two peers find each other: what a page shows as a QR code. The
// part behind # stays with those who have the link; no server sees it.
type Link struct {
	Kind   LinkKind
	Server string // "https://host:3000", without a slash at the end
	Inbox  string
	Key    Key // none: messages are plain
}

// ParseLink reads a link. Its error is ErrLink or ErrKey, with what is wrong.
func ParseLink(text string) (Link, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return Link{}, ErrLink
	}
	fragment, err := url.ParseQuery(u.EscapedFragment())
	if err != nil {
		return Link{}, fmt.Errorf("%w; the part behind # cannot be read", ErrLink)
	}
	folder, file, _ := cutLast(u.Path, "/")
	for kind, page := range pages {
		if strings.TrimSuffix(file, ".html") != strings.TrimSuffix(page.path, ".html") {
			continue
		}
		l := Link{Kind: LinkKind(kind), Server: u.Scheme + "://" + u.Host + folder, Inbox: fragment.Get(page.inbox)}
		if l.Inbox == "" {
			return Link{}, fmt.Errorf("%w; this one has no %q behind #", ErrLink, page.inbox+"=ID")
		}
		if key := fragment.Get("key"); key != "" {
			l.Key, err = ParseKey(key)
		}
		return l, err
	}
	return Link{}, ErrLink
}

// String returns the link, its key included: print it only for those who may watch.
func (l Link) String() string {
	page := pages[l.Kind]
	text := l.Server + "/" + page.path + "#" + page.inbox + "=" + url.QueryEscape(l.Inbox)
	if !l.Key.IsZero() {
		text += "&key=" + l.Key.Text()
	}
	return text
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return "", s, false
}
