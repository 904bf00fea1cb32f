package inbox_test

import (
	"regexp"
	"slices"
	"testing"

	"inbox"
)

func TestWords(t *testing.T) {
	words := inbox.Words()
	if words[0] != "acorn" || words[255] != "winter" {
		t.Errorf("the words go from %q to %q", words[0], words[255])
	}
	word := regexp.MustCompile(`^[a-z]{3,}$`)
	for _, w := range words {
		if !word.MatchString(w) {
			t.Errorf("%q is no plain word", w)
		}
	}
	if sorted := slices.Compact(slices.Sorted(slices.Values(words[:]))); len(sorted) != 256 {
		t.Errorf("%d different words, want 256", len(sorted))
	}
}
