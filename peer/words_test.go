package peer_test

import (
	"encoding/json"
	"errors"
	"os"
	"testing"

	"inbox"
	"inbox/peer"
)

// TestCodeWords reads the vectors that the pages' tests read too.
func TestCodeWords(t *testing.T) {
	b, err := os.ReadFile("../docs/vectors/words.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		Name, Local, Remote, Words string
	}
	if err := json.Unmarshal(b, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) == 0 {
		t.Fatal("no vectors")
	}
	for _, v := range vectors {
		t.Run(v.Name, func(t *testing.T) {
			words, err := peer.CodeWords(v.Local, v.Remote, inbox.Words())
			if words != v.Words || errors.Is(err, peer.ErrNoFingerprint) != (v.Words == "") {
				t.Errorf("%q, error %v; want %q", words, err, v.Words)
			}
		})
	}
}
