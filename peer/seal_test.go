package peer

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
)

// sealVector is one case of docs/vectors/seal.json, which the pages' tests read too.
type sealVector struct {
	Name, Key, From, To, Box string
	Message                  *string // null for a box that must not open
}

func sealVectors(t testing.TB) (vectors []sealVector) {
	t.Helper()
	b, err := os.ReadFile("../docs/vectors/seal.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &vectors); err != nil {
		t.Fatal(err)
	}
	return vectors
}

func newSealer(t testing.TB, key string) *Sealer {
	t.Helper()
	k, err := ParseKey(key)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSealer(k)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOpenVectors(t *testing.T) {
	for _, v := range sealVectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			got, _, err := newSealer(t, v.Key).Open(v.Box, v.From, v.To)
			if v.Message == nil {
				if !errors.Is(err, ErrSeal) || got != nil {
					t.Errorf("opened as %q, error %v; want ErrSeal", got, err)
				}
				return
			}
			if err != nil || string(got) != *v.Message {
				t.Errorf("opened as %q, error %v; want %q", got, err, *v.Message)
			}
		})
	}
}

func TestSealOpens(t *testing.T) {
	s := newSealer(t, NewKey().Text())
	one, err := s.Seal([]byte("hello"), "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	two, err := s.Seal([]byte("hello"), "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	if one == two {
		t.Error("the same box twice: the nonce is not random")
	}
	message, nonce, err := s.Open(one, "a", "b")
	if err != nil || string(message) != "hello" || nonce == (Nonce{}) {
		t.Errorf("opened as %q, nonce %x, error %v", message, nonce, err)
	}
	if _, err := s.Seal(nil, "a:b", "c"); !errors.Is(err, ErrSeal) {
		t.Errorf("an identifier with a colon: %v, want ErrSeal", err)
	}
}

func TestParseKey(t *testing.T) {
	k := NewKey()
	if got, err := ParseKey(k.Text()); err != nil || got != k {
		t.Errorf("a key does not survive its text: %v", err)
	}
	for _, text := range []string{"", "x", k.Text() + "A", k.Text()[1:], k.Text()[1:] + "=", "\n" + k.Text(), strings.Repeat("+", 43)} {
		if _, err := ParseKey(text); !errors.Is(err, ErrKey) {
			t.Errorf("ParseKey(%q): %v, want ErrKey", text, err)
		}
	}
	if printed := fmt.Sprintf("%v %+v %#v %s", k, k, &k, k); strings.Contains(printed, k.Text()) || strings.Contains(printed, "0x") {
		t.Errorf("printing shows the key: %s", printed)
	}
}

func TestReplays(t *testing.T) {
	var r Replays
	nonce := func(i int) Nonce { return Nonce{byte(i >> 8), byte(i)} }
	for i := range maxReplays + 1 {
		if !r.Take(nonce(i)) {
			t.Fatalf("nonce %d counts as seen", i)
		}
		if r.Take(nonce(i)) {
			t.Fatalf("nonce %d counts twice", i)
		}
	}
	if len(r.seen) != maxReplays {
		t.Errorf("%d remembered, want %d", len(r.seen), maxReplays)
	}
	if !r.Take(nonce(0)) {
		t.Error("the oldest is still remembered beyond the bound")
	}
	if r.Take(nonce(maxReplays)) {
		t.Error("the newest was forgotten")
	}
}

func FuzzOpen(f *testing.F) {
	const key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
	for _, v := range sealVectors(f) {
		f.Add(v.Box, v.From, v.To)
	}
	known := make(map[string]bool) // what was really sealed with the key
	for _, v := range sealVectors(f) {
		known[v.From+":"+v.To] = known[v.From+":"+v.To] || v.Message != nil && v.Key == key
	}
	s := newSealer(f, key)
	f.Fuzz(func(t *testing.T, box, from, to string) {
		message, _, err := s.Open(box, from, to)
		if err != nil && (!errors.Is(err, ErrSeal) || message != nil) {
			t.Fatalf("message %q, error %v", message, err)
		}
		if err == nil && !known[from+":"+to] {
			t.Fatalf("opened %q from %q to %q, which nobody sealed", box, from, to)
		}
	})
}
