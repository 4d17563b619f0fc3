package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopie.example/shformat/syntax"
)

// tree makes files in a new folder, and gives the folder.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func text(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestFolder(t *testing.T) {
	dir := tree(t, map[string]string{
		"b.sh":         "b  b\n",
		"a.bash":       "a  a\n",
		"sub/c":        "#!/bin/sh\nc  c\n",
		"sub/d.x":      "#!/usr/bin/env bash\nd  d\n",
		"sub/e":        "e  e\n",
		"sub/f.py":     "#!/usr/bin/python\nf  f\n",
		".git/g.sh":    "g  g\n",
		"sub/same.sh":  "same\n",
		"sub/empty.sh": "",
		"z/bad.sh":     "if\n",
		"z/late.sh":    "late  late\n",
	})
	stdout, stderr, status := shformatWith("", dir)
	want := "a a\nb b\n#!/bin/sh\nc c\n#!/usr/bin/env bash\nd d\nsame\nlate late\n"
	if stdout != want {
		t.Errorf("stdout is %q, want %q", stdout, want)
	}
	wantErr := filepath.Join(dir, "z/bad.sh") + ":2:1: found the end of the file, expected a command after if\n"
	if stderr != wantErr || status != 1 {
		t.Errorf("status %d, stderr %q, want 1 and %q", status, stderr, wantErr)
	}
	stdout, _, _ = shformatWith("", "-l", filepath.Join(dir, "sub"), filepath.Join(dir, "b.sh"))
	want = ""
	for _, name := range []string{"sub/c", "sub/d.x", "b.sh"} {
		want += filepath.Join(dir, name) + "\n"
	}
	if stdout != want {
		t.Errorf("-l gives %q, want %q", stdout, want)
	}
}

// TestOrder formats many files, large ones among small ones: the output keeps
// their order whatever is finished first.
func TestOrder(t *testing.T) {
	files := make(map[string]string)
	var want strings.Builder
	for i := 0; i < 200; i++ {
		body := fmt.Sprintf("echo   %d\n", i)
		if i%10 == 0 {
			body += strings.Repeat("a  b\n", 5000)
		}
		files[fmt.Sprintf("%03d.sh", i)] = body
		want.WriteString(strings.ReplaceAll(strings.ReplaceAll(body, "   ", " "), "  ", " "))
	}
	stdout, stderr, status := shformatWith("", tree(t, files))
	if status != 0 || stderr != "" || stdout != want.String() {
		t.Errorf("status %d, stderr %q; stdout is as wanted: %v", status, stderr, stdout == want.String())
	}
}

func TestWrite(t *testing.T) {
	dir := tree(t, map[string]string{"real/a.sh": "a  b\n", "same.sh": "a b\n", "bad.sh": "(\n", "binary.sh": "a\x00b"})
	script, link := filepath.Join(dir, "real/a.sh"), filepath.Join(dir, "link.sh")
	if err := os.Chmod(script, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real/a.sh", link); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(filepath.Join(dir, "same.sh"))
	if err != nil {
		t.Fatal(err)
	}
	stdout, stderr, status := shformatWith("", "-w", "-l", link, filepath.Join(dir, "bad.sh"), filepath.Join(dir, "same.sh"), filepath.Join(dir, "binary.sh"))
	if stdout != link+"\n" || status != 1 || !strings.Contains(stderr, "bad.sh:2:1: found the end of the file") ||
		!strings.Contains(stderr, "binary.sh:1:2: found a NUL byte") {
		t.Errorf("status %d, stdout %q, stderr %q", status, stdout, stderr)
	}
	if got := text(t, script); got != "a b\n" {
		t.Errorf("the file is %q", got)
	}
	if info, err := os.Stat(script); err != nil || info.Mode().Perm() != 0o750 {
		t.Errorf("the mode is %v, %v", info.Mode(), err)
	}
	if to, err := os.Readlink(link); err != nil || to != "real/a.sh" {
		t.Errorf("the link is %q, %v", to, err)
	}
	if got := text(t, filepath.Join(dir, "bad.sh")); got != "(\n" {
		t.Errorf("a file with an error is now %q", got)
	}
	if after, err := os.Stat(filepath.Join(dir, "same.sh")); err != nil || !os.SameFile(before, after) {
		t.Errorf("a file was replaced that was formatted already")
	}
	for _, folder := range []string{dir, filepath.Join(dir, "real")} {
		if left, _ := filepath.Glob(filepath.Join(folder, ".*")); len(left) > 0 {
			t.Errorf("left behind: %q", left)
		}
	}
}

// TestWriteBackChecks gives text that is not the formatted script.
func TestWriteBackChecks(t *testing.T) {
	path := filepath.Join(tree(t, map[string]string{"a.sh": "a  b\n"}), "a.sh")
	file, err := syntax.Parse(path, text(t, path), syntax.Bash)
	if err != nil {
		t.Fatal(err)
	}
	for formatted, want := range map[string]string{
		"a c\n":       "it would be another script",
		"a \"b\"\n":   "it would be another script",
		"a b # c\n":   "it would be another script",
		"a b; (\n":    "it would not parse",
		"a \\\n\tb\n": "",
	} {
		err := options{}.writeBack(path, file, []byte(formatted))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", formatted, err, want)
		}
		if want != "" && text(t, path) == formatted {
			t.Errorf("%q was written", formatted)
		}
	}
}
