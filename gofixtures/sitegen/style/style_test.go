package style

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"gopie.example/sitegen/style/internal/sheet"
)

type implementation struct {
	name string
	new  func(minify bool) (sheet.Compiler, error)
}

func (i implementation) compile(files fs.FS, minify bool) (string, error) {
	c, err := i.new(minify)
	if err != nil {
		return "", err
	}
	defer c.Close()
	css, err := sheet.Compile(c, "main.scss", files)
	return string(css), err
}

// files makes a file system of one text: main.scss, and after each line "== NAME"
// the file of that name.
func files(text string) fstest.MapFS {
	fsys := make(fstest.MapFS)
	name := "main.scss"
	var body strings.Builder
	for _, line := range strings.SplitAfter(text, "\n") {
		if next, ok := strings.CutPrefix(line, "== "); ok {
			fsys[name] = &fstest.MapFile{Data: []byte(body.String())}
			name = strings.TrimSuffix(next, "\n")
			body.Reset()
			continue
		}
		body.WriteString(line)
	}
	fsys[name] = &fstest.MapFile{Data: []byte(body.String())}
	return fsys
}

// sample is a style sheet and what must come of it: CSS or an error.
type sample struct{ name, in, want string }

// check compiles samples with each implementation.
func check(t *testing.T, minify bool, samples []sample) {
	t.Helper()
	for _, s := range samples {
		for _, i := range implementations {
			t.Run(s.name+"/"+i.name, func(t *testing.T) {
				got, err := i.compile(files(s.in), minify)
				if err != nil {
					got = err.Error()
				}
				if got != s.want {
					t.Errorf("have:\n%s\nwant:\n%s", shorten(got), shorten(s.want))
				}
			})
		}
	}
}

func shorten(s string) string {
	if len(s) > 2000 {
		return s[:2000] + "..."
	}
	return s
}

func TestCompile(t *testing.T) {
	fsys := fstest.MapFS{
		"css/main.scss":   {Data: []byte(`@import "part"; a { color: $c; }`)},
		"css/_part.scss":  {Data: []byte(`$c: #ff0000;`)},
		"css/wrong.scss":  {Data: []byte("a {\n  b: $c;\n}\n")},
		"css/wrong2.scss": {Data: []byte("a {}\n  @import \"none\";\n")},
	}
	css, err := Compile("css/main.scss", fsys, Options{Minify: true})
	if err != nil || string(css) != "a{color:#f00}" {
		t.Errorf("have %q, %v", css, err)
	}
	for entry, want := range map[string]string{
		"css/wrong.scss":  "css/wrong.scss:2:6: undefined variable $c",
		"css/wrong2.scss": `css/wrong2.scss:2:11: cannot import "none": no such file`,
		"css/absent.scss": "css/absent.scss:1:1: cannot read: open css/absent.scss: file does not exist",
	} {
		_, err := Compile(entry, fsys, Options{})
		var e *Error
		if !errors.As(err, &e) || err.Error() != want {
			t.Errorf("%s: have %v, want %s", entry, err, want)
		}
	}
}
