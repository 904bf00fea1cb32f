package source

import (
	"slices"
	"testing"
)

func TestEncodings(t *testing.T) {
	names := Encodings()
	t.Log(names)
	for _, c := range videoCodecs() {
		if !slices.Contains(names, c.name) {
			t.Errorf("%v lacks %s", names, c.name)
		}
	}
	if got := TestPattern(PatternOptions{}).Formats(); len(got) != len(videoCodecs()) {
		t.Errorf("a test pattern has the formats %v", got)
	}
}
