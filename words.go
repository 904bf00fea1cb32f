package inbox

import (
	"fmt"
	"strings"
)

// Words returns the words of which four tell two people whether somebody stands
// in between them (docs/protocol.md, "Four words"): one for each value of a
// byte. They are written once, in the pages' web/word-list.js: a page would have
// to wait for a list in another file, and Go has that module at hand anyway.
func Words() *[256]string {
	script, err := files.ReadFile("web/word-list.js")
	if err != nil {
		panic(err) // the file is embedded
	}
	_, rest, _ := strings.Cut(string(script), "`")
	list, _, _ := strings.Cut(rest, "`")
	words := strings.Fields(list)
	if len(words) != 256 {
		panic(fmt.Sprintf("web/word-list.js has %d words", len(words))) // a test sees it first
	}
	return (*[256]string)(words)
}
