package peer

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// ErrNoFingerprint says that a session description has no DTLS fingerprint, so
// that nothing can be said of who is at its end.
var ErrNoFingerprint = errors.New("session description without a DTLS fingerprint")

const (
	// wordsSalt keeps the digests of other uses of PBKDF2 apart.
	wordsSalt = "inbox four words v1"

	// wordsRounds makes trying many certificates, until one gives the wanted
	// words, take too long for one who must do it during a call.
	wordsRounds = 100_000
)

// CodeWords returns the four words that both ends of a connection derive from
// their session descriptions (SDP). Where no link's key seals the messages, the
// two people compare them: if they differ, somebody stands in between. Each end
// gives its own description first; both get the same words.
//
// list has a word for each value of a byte, the same at both ends. The words take
// some hundredths of a second by design: derive them once for a connection. The
// error is ErrNoFingerprint, or that of a cryptographic module that refuses PBKDF2.
func CodeWords(local, remote string, list *[256]string) (string, error) {
	ends := []string{fingerprints(local), fingerprints(remote)}
	slices.Sort(ends)
	if ends[0] == "" {
		return "", ErrNoFingerprint
	}
	bytes, err := pbkdf2.Key(sha256.New, strings.Join(ends, "\n"), []byte(wordsSalt), wordsRounds, 4)
	if err != nil {
		return "", fmt.Errorf("deriving four words: %w", err)
	}
	words := make([]string, len(bytes))
	for i, b := range bytes {
		words[i] = list[b]
	}
	return strings.Join(words, " "), nil
}

// fingerprints returns those of a description (RFC 8122, section 5) in one
// spelling. All of them count: a peer may take a certificate that fits any.
func fingerprints(sdp string) string {
	lines := regexp.MustCompile(`(?im)^a=fingerprint:(\S+) (\S+)`)
	var found []string
	for _, line := range lines.FindAllStringSubmatch(sdp, -1) {
		found = append(found, strings.ToLower(line[1])+" "+strings.ToUpper(line[2]))
	}
	slices.Sort(found)
	return strings.Join(slices.Compact(found), ",")
}
