package site

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// generate makes a site of n pages with the templates and styles of the
// example: sections, tags, and in the text of the pages all that Markdown has.
func generate(t testing.TB, n int) fstest.MapFS {
	site := fstest.MapFS{}
	example := os.DirFS("../testdata/site")
	err := fs.WalkDir(example, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(name, "content/") {
			return err
		}
		data, err := fs.ReadFile(example, name)
		site[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	site["content/_index.md"] = &fstest.MapFile{Data: []byte("---\ntitle: Home\n---\nWelcome.\n")}
	site["content/about.md"] = &fstest.MapFile{Data: []byte("---\ntitle: About\n---\nUs.\n")}
	site["content/guide/rules.md"] = &fstest.MapFile{Data: []byte("---\ntitle: Rules\n---\nNone.\n")}
	sections := []string{"posts", "guide", "news/local", "news/world"}
	name := func(i int) string { return fmt.Sprintf("%s/page-%04d.md", sections[i%len(sections)], i) }
	for i := 0; i < n; i++ {
		site["content/"+name(i)] = &fstest.MapFile{Data: []byte(generatePage(i, n, name))}
	}
	return site
}

var words = strings.Fields(`anchor bilge cleat dory ebb fathom garboard halyard inlet jib keel leeward
mast nautical oar port quay rudder stern tiller unfurl vessel wake yawl zenith`)

// generatePage writes page i of n; name is how pages link to each other.
func generatePage(i, n int, name func(int) string) string {
	state := uint32(i)*2654435761 + 12345
	next := func(n int) int {
		state = state*1664525 + 1013904223
		return int(state>>8) % n
	}
	sentence := func(length int) string {
		var b strings.Builder
		for j := 0; j < length; j++ {
			word := words[next(len(words))]
			switch next(12) {
			case 0:
				word = "*" + word + "*"
			case 1:
				word = "**" + word + "**"
			case 2:
				word = "`" + word + "`"
			case 3:
				word = "[" + word + "](/" + name(next(n)) + ")"
			case 4:
				word = "&amp; ~~" + word + "~~"
			}
			b.WriteString(word + " ")
		}
		return strings.TrimSpace(b.String()) + ".\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: \"Page %d: %s\"\ndate: 20%02d-%02d-%02d\ntags: [%s, %s]\nparams:\n  author: %s\n---\n", i, words[next(len(words))],
		10+i%15, 1+i%12, 1+i%28, words[next(len(words))], words[next(len(words))], words[next(len(words))])
	for section := 0; section < 8; section++ {
		fmt.Fprintf(&b, "\n## %s %s\n\n", words[next(len(words))], words[next(len(words))])
		for j := 0; j < 3; j++ {
			b.WriteString(sentence(40 + next(40)))
			b.WriteString(sentence(20) + "\n")
		}
		for j := 0; j < 5; j++ {
			b.WriteString("- " + sentence(8) + "  1. " + sentence(6) + "  2. " + sentence(6))
		}
		b.WriteString("\n> " + sentence(20) + "> > " + sentence(10) + "\n")
		b.WriteString("| Name | Value | Note |\n| :--- | ---: | :-: |\n")
		for j := 0; j < 8; j++ {
			fmt.Fprintf(&b, "| %s | %d | %s |\n", words[next(len(words))], next(1000), strings.TrimSpace(sentence(4)))
		}
		b.WriteString("\n```go\nfunc " + words[next(len(words))] + "(x int) bool { return x < 10 && x > 2 }\n```\n\n")
		fmt.Fprintf(&b, "See the [next page][n] and a note.[^%d]\n\n[^%d]: %s\n", section, section, sentence(9))
	}
	fmt.Fprintf(&b, "[n]: /%s \"Next\"\n", name((i+1)%n))
	return b.String()
}

func BenchmarkBuild(b *testing.B) {
	source := generate(b, 200)
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		if _, _, err := Build(Options{Source: source, Jobs: 1, CompileStyle: plainStyle}); err != nil {
			b.Fatal(err)
		}
	}
}

// plainStyle stands for package style, which has tests of its own.
func plainStyle(entry string, fsys fs.FS, minify bool) ([]byte, error) {
	return fs.ReadFile(fsys, entry)
}
