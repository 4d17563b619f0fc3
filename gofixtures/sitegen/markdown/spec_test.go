package markdown

import (
	"os"
	"strings"
	"testing"
)

// TestSpecification runs the examples of the specification, if there is a copy
// of it: COMMONMARK_SPEC names its spec.txt, as the npm package
// commonmark-spec holds it.
func TestSpecification(t *testing.T) {
	path := os.Getenv("COMMONMARK_SPEC")
	if path == "" {
		t.Skip("not tested here: COMMONMARK_SPEC does not name the specification's spec.txt")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const marker = "````````````````````````````````"
	parts := strings.Split(strings.ReplaceAll(string(data), "→", "\t"), "\n"+marker)
	passed, total := 0, 0
	for _, part := range parts {
		example, found := strings.CutPrefix(part, " example\n")
		if !found {
			continue
		}
		source, want, found := strings.Cut("\n"+example+"\n", "\n.\n")
		if !found {
			t.Fatalf("no example: %q", part)
		}
		total++
		source = strings.TrimPrefix(source+"\n", "\n")
		if got := Render(source, Options{}).HTML; got == want {
			passed++
		} else {
			t.Errorf("example %d: %q\ngives %q\nwant  %q", total, source, got, want)
		}
	}
	t.Logf("%d of %d examples", passed, total)
	if total < 600 {
		t.Errorf("only %d examples", total)
	}
}
