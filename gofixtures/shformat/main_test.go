package main

import (
	"strings"
	"testing"
)

func shformatWith(stdin string, args ...string) (stdout, stderr string, status int) {
	var out, errs strings.Builder
	status = run(args, strings.NewReader(stdin), &out, &errs)
	return out.String(), errs.String(), status
}

func TestCommandLine(t *testing.T) {
	const diff = "--- <stdin>.orig\n+++ <stdin>\n@@ -1 +1 @@\n-a  b\n+a b\n"
	for _, test := range []struct {
		name   string
		args   string // between spaces
		stdin  string
		stdout string
		stderr string // a part of it; "" is empty
		status int
	}{
		{"help", "--help", "", usage, "", 0},
		{"version", "--version", "", "shformat 1.0\n", "", 0},
		{"unknown flag", "-x", "", "", "flag provided but not defined: -x\nhint: ", 2},
		{"bad language", "-ln zsh", "", "", `-ln must be posix, bash or auto, not "zsh"`, 2},
		{"bad indent", "-i -1", "", "", "-i must be from 0 to 16", 2},
		{"too much indent", "-i 17", "", "", "-i must be from 0 to 16", 2},
		{"tree and diff", "-tojson -d", "", "", "-tojson goes with none of -d, -l and -w", 2},
		{"write to stdin", "-w -", "", "", "-w needs files", 2},
		{"write without files", "-w", "", "", "-w needs files", 2},

		{"stdin", "", "a;b", "a\nb\n", "", 0},
		{"stdin as -", "-", "a;b", "a\nb\n", "", 0},
		{"empty", "", "", "", "", 0},
		{"blanks only", "", " \n\n\t\n", "", "", 0},
		{"indent by blanks", "-i 2", "{ a;b;}", "{\n  a\n  b\n}\n", "", 0},
		{"all styles", "-i 1 -ci -bn -sr -fn", "f() { case x in a) b;c;; esac; a|\nb>c;}",
			"f()\n{\n case x in\n  a)\n   b\n   c\n   ;;\n esac\n a \\\n  | b > c\n}\n", "", 0},
		{"posix by #!", "", "#!/bin/sh\n[[ a ]]\n", "", "<stdin>:2:1: [[ is bash only", 1},
		{"bash by #!", "", "#!/usr/bin/env bash\n[[ a ]]\n", "#!/usr/bin/env bash\n[[ a ]]\n", "", 0},
		{"posix by flag", "-ln posix", "a=(b)", "", "<stdin>:1:3: an array assignment is bash only", 1},
		{"bash by flag", "-ln bash", "#!/bin/sh\na=( b)\n", "#!/bin/sh\na=(b)\n", "", 0},
		{"syntax error", "", "if a\nb", "", "<stdin>:2:2: found the end of the file, expected then to close if opened at 1:1\n", 1},
		{"no such file", "/nonexistent/x", "", "", "no such file", 1},

		{"list", "-l", "a  b\n", "<stdin>\n", "", 0},
		{"list nothing", "-l", "a b\n", "", "", 0},
		{"diff", "-d", "a  b\n", diff, "", 1},
		{"diff of nothing", "-d", "a b\n", "", "", 0},
		{"list and diff", "-l -d", "a  b\n", "<stdin>\n" + diff, "", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			stdout, stderr, status := shformatWith(test.stdin, strings.Fields(test.args)...)
			if stdout != test.stdout {
				t.Errorf("stdout is %q, want %q", stdout, test.stdout)
			}
			if !strings.Contains(stderr, test.stderr) || (stderr == "") != (test.stderr == "") {
				t.Errorf("stderr is %q, want %q", stderr, test.stderr)
			}
			if status != test.status {
				t.Errorf("status is %d, want %d", status, test.status)
			}
		})
	}
}

func TestInterpreter(t *testing.T) {
	for line, want := range map[string]string{
		"#!/bin/sh":                  "sh",
		"#! /bin/bash -e\n":          "bash",
		"#!/usr/bin/env bash\na":     "bash",
		"#!/usr/bin/env -S dash -e":  "dash",
		"#!/usr/bin/python3\n# bash": "",
		"#!/usr/bin/env\n":           "",
		"#!":                         "",
		"# /bin/sh":                  "",
		"":                           "",
		"#!/bin/fish sh":             "",
	} {
		if got := interpreter(line); got != want {
			t.Errorf("interpreter(%q) = %q, want %q", line, got, want)
		}
	}
}

// failing is a Writer that takes nothing.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errWrite }

const errWrite = usageError("the disk is full")

func TestFailedWriteIsReported(t *testing.T) {
	var errs strings.Builder
	if status := run(nil, strings.NewReader("a"), failing{}, &errs); status == 0 {
		t.Errorf("status 0 though nothing could be written")
	}
	if !strings.Contains(errs.String(), "the disk is full") {
		t.Errorf("stderr is %q", errs.String())
	}
}
