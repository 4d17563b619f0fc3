package style

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// driver builds the C library with a program that runs it alone, under the
// address sanitizer (with its leak check) and the undefined behaviour one.
func driver(t *testing.T) string {
	t.Helper()
	cc, err := exec.LookPath("gcc")
	if err != nil {
		t.Skip("not tested here: the C library under sanitizers, for there is no gcc")
	}
	const folder = "internal/cstyle/"
	sources, err := filepath.Glob(folder + "*.c")
	if err != nil || len(sources) == 0 {
		t.Fatalf("no C sources: %v", err)
	}
	program := filepath.Join(t.TempDir(), "driver")
	args := []string{"-std=c11", "-g", "-O1", "-Wall", "-Wextra", "-Wconversion", "-Wpedantic", "-Werror",
		"-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-DGOPIE_STYLE_CHUNK=1",
		"-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc", "-o", program}
	empty := filepath.Join(t.TempDir(), "empty.c")
	if err := os.WriteFile(empty, []byte("int main(void) { return 0; }\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(cc, "-fsanitize=address,undefined", "-o", program, empty).CombinedOutput(); err != nil {
		t.Skipf("not tested here: the C library under sanitizers, which gcc lacks: %s", out)
	}
	args = append(append(args, sources...), folder+"testdata/driver.c")
	if out, err := exec.Command(cc, args...).CombinedOutput(); err != nil {
		t.Fatalf("gcc: %v\n%s", err, out)
	}
	return program
}

// drive runs the driver on cases and returns what it says of each.
func drive(t *testing.T, program string, cases []byte) *bytes.Reader {
	t.Helper()
	cmd := exec.Command(program)
	cmd.Stdin = bytes.NewReader(cases)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, shorten(stderr.String()))
	}
	return bytes.NewReader(stdout.Bytes())
}

func addCase(cases *bytes.Buffer, minify bool, fail int, main, part string) {
	m := 0
	if minify {
		m = 1
	}
	fmt.Fprintf(cases, "%d %d %d %d\n%s%s", m, fail, len(main), len(part), main, part)
}

// answer reads what the driver says of one case: kind, place and text.
func answer(r *bytes.Reader) (kind, text string, err error) {
	var line, column, n int
	if _, err := fmt.Fscan(r, &kind); err != nil {
		return "", "", err
	}
	if kind == "error" {
		if _, err := fmt.Fscan(r, &line, &column); err != nil {
			return "", "", err
		}
	}
	if _, err := fmt.Fscanf(r, "%d\n", &n); err != nil {
		return "", "", err
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		return "", "", err
	}
	if kind == "error" {
		return kind, fmt.Sprintf("%d:%d: %s", line, column, b), nil
	}
	return kind, string(b), nil
}

// TestSanitizers runs the C library under sanitizers, with each thing that it
// allocates in memory of its own.
func TestSanitizers(t *testing.T) {
	program := driver(t)
	t.Run("generated", func(t *testing.T) { testGenerated(t, program) })
	t.Run("without memory", func(t *testing.T) { testWithoutMemory(t, program) })
}

// testGenerated compares the library with Go on generated style sheets, whole
// and cut off.
func testGenerated(t *testing.T, program string) {
	var cases bytes.Buffer
	var want []string
	add := func(main, part string, minify bool) {
		addCase(&cases, minify, 0, main, part)
		css, err := implementations[0].compile(sheets(main, part), minify)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) {
				t.Fatal(err)
			}
			css = fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message)
		}
		want = append(want, css)
	}
	for seed := 0; seed < 400; seed++ {
		main, part := generate(seed)
		add(main, part, seed%2 == 0)
		cut := main[:seed*7919%len(main)]
		add(strings.ToValidUTF8(cut, ""), part, true)
	}
	for _, nest := range [][3]string{
		{"", "a{", "}"}, {"", "@a{", "}"}, {"", "[", "]"}, {"@media ", "(", ")"}, {"a{x:", "(", ")"},
		{"a{x:", "-(", ")"}, {"a{x:", "f(", ")"}, {"a{x:", "\"#{", "}\""}, {"a{x:", "url(#{", "})"}, {"a{--x:", "{", "}"},
	} {
		for _, n := range []int{20, 99, 100, 101, 10000} {
			open := nest[0] + strings.Repeat(nest[1], n) + "x:1"
			add(open, "", false)
			add(open+strings.Repeat(nest[2], n)+"}", "", true)
		}
	}
	answers := drive(t, program, cases.Bytes())
	for i, w := range want {
		_, text, err := answer(answers)
		if err != nil || text != w {
			t.Fatalf("case %d, %v: have %s, want %s", i, err, shorten(text), shorten(w))
		}
	}
}

// testWithoutMemory lets each of the first allocations fail in turn, and then
// every 13th: the library must say so, and leak nothing.
func testWithoutMemory(t *testing.T, program string) {
	var main, part string
	for seed := 0; len(main) < 1000; seed++ {
		main, part = generate(seed)
	}
	var cases bytes.Buffer
	var failing []int
	for fail := 1; fail < 6000; fail++ {
		if fail < 300 || fail%13 == 0 {
			failing = append(failing, fail)
			addCase(&cases, false, fail, main, part)
		}
	}
	answers := drive(t, program, cases.Bytes())
	failed, first := 0, ""
	for _, fail := range failing {
		kind, text, err := answer(answers)
		switch {
		case err != nil:
			t.Fatal(err)
		case kind == "memory":
			failed++
		case first == "":
			first = text
		case text != first:
			t.Fatalf("allocation %d: have %s, want %s", fail, shorten(text), shorten(first))
		}
	}
	t.Logf("%d of %d failed for want of memory", failed, len(failing))
	if failed < 300 || failed == len(failing) {
		t.Errorf("%d of %d failed for want of memory", failed, len(failing))
	}
}
