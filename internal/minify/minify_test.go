package minify_test

import (
	"io/fs"
	"strings"
	"testing"

	"inbox"
	"inbox/internal/minify"
)

func TestFile(t *testing.T) {
	tests := []struct{ name, content, want string }{
		{"a.js", "// why\nexport function double(number) {\n  return 2 * number;\n}\n", "export function double(e){return 2*e}"},
		{"a.css", "/* why */\na { color: red; }\n", "a{color:red}"},
		{"a.html", "<p>  as it is  </p>", "<p>  as it is  </p>"},
		{"vendor/a.js", "// licence\n", "// licence\n"},
		{"some/vendor/a.css", "/* licence */\n", "/* licence */\n"},
	}
	for _, tt := range tests {
		got, err := minify.File(tt.name, []byte(tt.content))
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: %q, error %v; want %q", tt.name, got, err, tt.want)
		}
	}
}

func TestBrokenFile(t *testing.T) {
	if _, err := minify.File("a.js", []byte("export const = 1")); err == nil || !strings.Contains(err.Error(), "a.js") {
		t.Errorf("error %v, want one that names the file", err)
	}
}

// TestPages holds that every file of the pages can be minified. That it then
// does the same, the browsers' tests show.
func TestPages(t *testing.T) {
	before, after := 0, 0
	err := fs.WalkDir(inbox.Pages(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(inbox.Pages(), name)
		if err != nil {
			return err
		}
		small, err := minify.File(name, content)
		before, after = before+len(content), after+len(small)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes are %d", before, after)
	if after >= before {
		t.Errorf("%d bytes became %d", before, after)
	}
}
