package sink

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// ErrName says that a file's name cannot be one, or that a file of that name is there.
var ErrName = errors.New("choose another name (-o)")

// pattern is a file's name in which letters stand for the time at which the
// file begins, as strftime has them.
type pattern struct {
	folder string
	parts  []part // of the name without its extension
	ext    string // with its dot
	timed  bool   // it has a part of the time
	own    *regexp.Regexp
}

// part is text as it stands, or the layout of a part of the time.
type part struct{ text, layout string }

// verb is what a letter behind a percent sign stands for.
type verb struct{ layout, digits string }

func verbs() map[byte]verb {
	return map[byte]verb{
		'Y': {"2006", `\d{4}`}, 'y': {"06", `\d{2}`}, 'm': {"01", `\d{2}`}, 'd': {"02", `\d{2}`}, 'j': {"002", `\d{3}`},
		'H': {"15", `\d{2}`}, 'M': {"04", `\d{2}`}, 'S': {"05", `\d{2}`},
		'F': {"2006-01-02", `\d{4}-\d{2}-\d{2}`},
	}
}

// parsePattern reads a path. The error wraps ErrName.
func parsePattern(path string) (pattern, error) {
	folder, name := filepath.Split(path)
	if strings.Contains(folder, "%") {
		return pattern{}, fmt.Errorf("%q has a %% in a folder's name, which only the file's may have: %w", path, ErrName)
	}
	p := pattern{folder: folder, ext: filepath.Ext(name)}
	name = strings.TrimSuffix(name, p.ext)
	if name == "" {
		return pattern{}, fmt.Errorf("%q has no file's name: %w", path, ErrName)
	}
	var own strings.Builder
	own.WriteString("^")
	for name != "" {
		text, rest, found := strings.Cut(name, "%")
		p.parts = append(p.parts, part{text: text})
		own.WriteString(regexp.QuoteMeta(text))
		if !found {
			break
		}
		letter := byte(0)
		if rest != "" {
			letter, rest = rest[0], rest[1:]
		}
		v, known := verbs()[letter]
		switch {
		case letter == '%':
			p.parts = append(p.parts, part{text: "%"})
			own.WriteString("%")
		case known:
			p.parts = append(p.parts, part{layout: v.layout})
			p.timed = true
			own.WriteString(v.digits)
		default:
			return pattern{}, fmt.Errorf("%q has a %% that stands for nothing: use %%Y %%m %%d %%H %%M %%S, and %%%% for the sign itself: %w", path, ErrName)
		}
		name = rest
	}
	var err error
	if p.own, err = regexp.Compile(own.String() + `(-\d+)?` + regexp.QuoteMeta(p.ext) + "$"); err != nil {
		return pattern{}, fmt.Errorf("%q is not UTF-8: %w", path, ErrName)
	}
	return p, nil
}

// path returns the name for a file that begins at t: with n from 2 on, the n-th
// that would have the same one.
func (p pattern) path(t time.Time, n int) string {
	var b strings.Builder
	b.WriteString(p.folder)
	for _, part := range p.parts {
		b.WriteString(part.text)
		if part.layout != "" {
			b.WriteString(t.Format(part.layout))
		}
	}
	if n > 1 {
		b.WriteString("-" + strconv.Itoa(n))
	}
	return b.String() + p.ext
}

// matches reports whether a file of the folder has a name of this pattern.
func (p pattern) matches(name string) bool { return p.own.MatchString(name) }
