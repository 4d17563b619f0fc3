package style

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// outcome is the CSS or the error, in a form that tells them apart.
func (i implementation) outcome(files fs.FS, minify bool) string {
	css, err := i.compile(files, minify)
	if err != nil {
		return fmt.Sprintf("error %T: %v", err, err)
	}
	return "css: " + css
}

// same compares what the implementations make of two files, and returns it.
func same(t *testing.T, main, part string, minify bool) string {
	t.Helper()
	first := implementations[0].outcome(sheets(main, part), minify)
	for _, i := range implementations[1:] {
		if other := i.outcome(sheets(main, part), minify); other != first {
			t.Fatalf("%s:\n%s\n%s:\n%s\nfor %q, %q, minify %v", implementations[0].name, shorten(first),
				i.name, shorten(other), shorten(main), shorten(part), minify)
		}
	}
	return first
}

func sheets(main, part string) fs.FS {
	return fstest.MapFS{"main.scss": {Data: []byte(main)}, "_part.scss": {Data: []byte(part)}}
}

const generated = 3000

// TestSameGenerated compares the implementations on style sheets that are
// mostly valid, so that it is not only errors that are the same.
func TestSameGenerated(t *testing.T) {
	wantBoth(t)
	valid := 0
	for seed := 0; seed < generated; seed++ {
		main, part := generate(seed)
		for _, minify := range []bool{false, true} {
			if strings.HasPrefix(same(t, main, part, minify), "css: ") {
				valid++
			}
		}
	}
	t.Logf("%d of %d valid", valid, 2*generated)
	if valid < generated {
		t.Errorf("only %d of %d were valid", valid, 2*generated)
	}
}

// TestSameCut compares them on style sheets that end early, or have a wrong
// byte: for each place in a few style sheets.
func TestSameCut(t *testing.T) {
	wantBoth(t)
	for seed := 0; seed < 6; seed++ {
		main, part := generate(seed)
		for i := 0; i < len(main); i++ {
			same(t, main[:i], part, seed%2 == 0)
			wrong := "{}()\"'#$;:\\&/@\xff"[i%15 : i%15+1]
			same(t, main[:i]+wrong+main[i+1:], part, seed%2 == 0)
		}
	}
}

// TestCSSIsFixed compiles the CSS of generated style sheets again: compiled CSS
// passes through. (But for sums in functions, which stay as they are where they
// cannot be calculated: what is left may be one that can.)
func TestCSSIsFixed(t *testing.T) {
	for seed := 0; seed < generated/4; seed++ {
		main, part := (&generator{plain: true}).generate(seed)
		for _, i := range implementations {
			for _, minify := range []bool{false, true} {
				css, err := i.compile(sheets(main, part), minify)
				if err != nil {
					continue
				}
				again, err := i.compile(sheets(css, ""), minify)
				if err != nil || again != css {
					t.Fatalf("seed %d, minify %v, %s, %v: first\n%s\nthen\n%s", seed, minify, i.name, err, css, again)
				}
			}
		}
	}
}

// FuzzSame compares the implementations on whatever the fuzzer thinks of.
func FuzzSame(f *testing.F) {
	wantBoth(f)
	for seed := 0; seed < 40; seed++ {
		main, part := generate(seed)
		f.Add(main, part, seed%2 == 0)
	}
	for _, s := range []string{
		"a{b:c}", "@import \"part\"; a { @include m($x: 1) { b: $y } }", "a { --x: {;} ; &:b { c: \"#{'d'}\" } }",
		"@media (a: $b / 2) { @font-face { src: url(x) } }", ".\\31  a\\", "a{b:(1/3)*-2px+lighten(#abc,5%)}",
		"@mixin m($a, $b: 1) { @content; } /*! x */ // y\n", "\xff", "a\x00", "@supports(a){b{c:d}}", "&{}", "a{b:-$c}",
	} {
		f.Add(s, "$y: 1px; @mixin m($x) { &-z { @content } }", true)
		f.Add(s, "@import \"main\";", false)
	}
	f.Fuzz(func(t *testing.T, main, part string, minify bool) {
		same(t, main, part, minify)
	})
}
