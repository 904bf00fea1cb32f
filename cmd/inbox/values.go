package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// seconds is a flag's value that is a time: "60" is 60 seconds, as in the
// original; "60s" and "2m" work as well.
type seconds struct {
	time.Duration
	min time.Duration // the least that makes sense
}

func (s *seconds) String() string {
	if s == nil || s.Duration == 0 {
		return ""
	}
	if s.Duration%time.Second == 0 {
		return strconv.FormatInt(int64(s.Duration/time.Second), 10)
	}
	return s.Duration.String()
}

func (s *seconds) Set(text string) error {
	d, err := time.ParseDuration(text)
	if n, atoi := strconv.ParseUint(text, 10, 31); atoi == nil {
		d, err = time.Duration(n)*time.Second, nil
	}
	if err != nil {
		return errors.New("want seconds (60) or a time with a unit (60s, 2m)")
	}
	if d < s.min {
		return fmt.Errorf("want at least %v", s.min)
	}
	s.Duration = d
	return nil
}

// byteSize is a flag's value that is a size: "65536", "64K", "256M", "1G".
type byteSize int64

func (b *byteSize) String() string {
	if b == nil || *b == 0 {
		return ""
	}
	n := int64(*b)
	for _, unit := range []struct {
		size   int64
		letter string
	}{{1 << 30, "G"}, {1 << 20, "M"}, {1 << 10, "K"}} {
		if n%unit.size == 0 {
			return strconv.FormatInt(n/unit.size, 10) + unit.letter
		}
	}
	return strconv.FormatInt(n, 10)
}

func (b *byteSize) Set(text string) error {
	digits := strings.TrimRight(strings.ToUpper(text), "IB")
	shift := 0
	if i := strings.IndexAny(digits, "KMG"); i >= 0 && i == len(digits)-1 {
		shift = 10 * (1 + strings.IndexByte("KMG", digits[i]))
		digits = digits[:i]
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n <= 0 || n > math.MaxInt64>>shift {
		return errors.New("want a number of bytes (65536) or a size with a unit (64K, 256M)")
	}
	*b = byteSize(n << shift)
	return nil
}

// count is a flag's value that is a positive number.
type count int

func (c *count) String() string {
	if c == nil {
		return ""
	}
	return strconv.Itoa(int(*c))
}

func (c *count) Set(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return errors.New("want a number of at least 1")
	}
	*c = count(n)
	return nil
}

// list is a flag's value that may be given several times.
type list []string

func (l *list) String() string {
	if l == nil {
		return ""
	}
	return strings.Join(*l, " ")
}

func (l *list) Set(text string) error {
	*l = append(*l, text)
	return nil
}

// optional is a flag's value that may be left out: -camera, or -camera=DEVICE.
type optional struct {
	set   bool
	value string
}

// IsBoolFlag lets the value be left out.
func (o *optional) IsBoolFlag() bool { return true }

func (o *optional) String() string {
	if o == nil {
		return ""
	}
	return o.value
}

func (o *optional) Set(text string) error {
	switch on, err := strconv.ParseBool(text); {
	case err != nil:
		*o = optional{true, text}
	default:
		*o = optional{set: on}
	}
	return nil
}

// size is a flag's value that is a picture's: "1280x720".
type size struct{ width, height int }

func (s *size) String() string {
	if s == nil || s.width == 0 {
		return ""
	}
	return fmt.Sprintf("%dx%d", s.width, s.height)
}

func (s *size) Set(text string) error {
	w, h, found := strings.Cut(strings.ToLower(text), "x")
	width, errW := strconv.Atoi(w)
	height, errH := strconv.Atoi(h)
	if !found || errW != nil || errH != nil || width < 16 || height < 16 || width > 16384 || height > 16384 {
		return errors.New("want WIDTHxHEIGHT in pixels (1280x720)")
	}
	*s = size{width, height}
	return nil
}

// bitrate is a flag's value in bits a second: "2500000", "2500k", "2.5M".
type bitrate int

func (b *bitrate) String() string {
	if b == nil || *b == 0 {
		return ""
	}
	return formatBitrate(int(*b))
}

func (b *bitrate) Set(text string) error {
	factor := 1.0
	digits := strings.ToLower(text)
	for suffix, f := range map[string]float64{"k": 1e3, "m": 1e6} {
		if before, ok := strings.CutSuffix(digits, suffix); ok {
			digits, factor = before, f
			break
		}
	}
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil || !(n*factor >= 10_000 && n*factor <= 1e9) {
		return errors.New("want bits a second (2500000) or with a unit (2500k, 2.5M), at least 10k")
	}
	*b = bitrate(n * factor)
	return nil
}

// formatBitrate writes bits a second as the flags have them.
func formatBitrate(n int) string {
	switch {
	case n >= 1e6:
		return strconv.FormatFloat(float64(n)/1e6, 'g', 3, 64) + "M"
	case n >= 1e3:
		return strconv.FormatFloat(float64(n)/1e3, 'g', 3, 64) + "k"
	}
	return strconv.Itoa(n)
}

// choice is a flag's value that is one of a few words.
type choice struct {
	value string
	of    []string
}

func (c *choice) String() string {
	if c == nil {
		return ""
	}
	return c.value
}

func (c *choice) Set(text string) error {
	for _, word := range c.of {
		if strings.EqualFold(text, word) {
			c.value = word
			return nil
		}
	}
	return fmt.Errorf("want one of %s", strings.Join(c.of, ", "))
}
