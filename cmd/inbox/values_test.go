package main

import (
	"flag"
	"testing"
	"time"
)

func TestSeconds(t *testing.T) {
	tests := []struct {
		text string
		want time.Duration // 0: an error
	}{
		{"60", time.Minute}, {"60s", time.Minute}, {"2m", 2 * time.Minute}, {"1500ms", 1500 * time.Millisecond},
		{"1", time.Second}, {"0", 0}, {"0.5s", 0}, {"-1", 0}, {"-60s", 0}, {"", 0}, {"soon", 0}, {"99999999999999999999", 0}, {"1e3", 0},
	}
	for _, tt := range tests {
		s := seconds{min: time.Second}
		err := s.Set(tt.text)
		if (err == nil) != (tt.want != 0) || s.Duration != tt.want {
			t.Errorf("%q: %v, %v; want %v", tt.text, s.Duration, err, tt.want)
		}
	}
}

func TestBytes(t *testing.T) {
	tests := []struct {
		text string
		want int64 // 0: an error
	}{
		{"65536", 1 << 16}, {"64K", 1 << 16}, {"64k", 1 << 16}, {"64KiB", 1 << 16}, {"256M", 256 << 20}, {"1G", 1 << 30}, {"1GB", 1 << 30},
		{"0", 0}, {"-1", 0}, {"", 0}, {"K", 0}, {"big", 0}, {"1.5M", 0}, {"9223372036854775807", 1<<63 - 1}, {"9223372036854775807K", 0}, {"64KK", 0},
	}
	for _, tt := range tests {
		var b byteSize
		err := b.Set(tt.text)
		if (err == nil) != (tt.want != 0) || int64(b) != tt.want {
			t.Errorf("%q: %d, %v; want %d", tt.text, b, err, tt.want)
		}
	}
}

// TestValuesPrintAsTheyAreWritten holds what the help shows as the defaults.
func TestValuesPrintAsTheyAreWritten(t *testing.T) {
	size, number, odd := byteSize(64<<10), count(100), byteSize(1000)
	for value, want := range map[flag.Value]string{
		&seconds{Duration: time.Minute}:             "60",
		&seconds{Duration: 1500 * time.Millisecond}: "1.5s",
		&size:                  "64K",
		&odd:                   "1000",
		&number:                "100",
		&list{"a", "b"}:        "a b",
		&choice{value: "info"}: "info",
	} {
		if got := value.String(); got != want {
			t.Errorf("%T prints %q, want %q", value, got, want)
		}
	}
}
