package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopie.example/sitegen/style"
)

func sitegenWith(args ...string) (stdout, stderr string, status int) {
	var out, errs strings.Builder
	status = run(args, &out, &errs)
	return out.String(), errs.String(), status
}

func TestCommandLine(t *testing.T) {
	const testSite = "testdata/site"
	for _, test := range []struct {
		name   string
		args   string // between spaces
		stdout string
		stderr string // a part of it; "" is empty
		status int
	}{
		{"help", "--help", usage, "", 0},
		{"help of a command", "build -h", usage, "", 0},
		{"version", "--version", "sitegen 1.0\n", "", 0},
		{"version command", "version", "sitegen 1.0\n", "", 0},
		{"version of style sheets", "version -v", "sitegen 1.0\nstyle " + style.Implementation + "\n", "", 0},
		{"nothing", "", "", "want a command", 2},
		{"unknown command", "serve", "", "unknown command \"serve\"\nhint: ", 2},
		{"unknown flag", "build -x", "", "flag provided but not defined: -x\nhint: ", 2},
		{"argument", "build x", "", "build: want 0 arguments, have 1", 2},
		{"no argument", "new", "", "new: want 1 arguments, have 0", 2},
		{"link check", "build -check-links maybe", "", "want error, warn or off", 2},
		{"jobs", "build -jobs -1", "", "-jobs must be from 1 to 1000", 2},
		{"memory and destination", "build -render-to-memory -destination x", "", "writes to no -destination", 2},
		{"no folder", "build -source nope", "", "nope: no such file", 1},
		{"a file", "build -source main.go", "", "main.go is no folder", 1},
		{"over the source", "build -source testdata/site -destination testdata", "", "the destination testdata holds the source", 1},
		{"into the source", "build -source testdata/site -destination testdata/site/content/x", "", "is in content of the source", 1},
		{"new over files", "new testdata", "", "testdata is not empty", 1},
		{"base URL", "build -render-to-memory -base-url nope -source " + testSite, "", "-base-url: the base URL is none of the form", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			stdout, stderr, status := sitegenWith(strings.Fields(test.args)...)
			if stdout != test.stdout {
				t.Errorf("stdout %q, want %q", stdout, test.stdout)
			}
			if !strings.Contains(stderr, test.stderr) || (stderr == "") != (test.stderr == "") {
				t.Errorf("stderr %q, want %q", stderr, test.stderr)
			}
			if status != test.status {
				t.Errorf("exit status %d, want %d", status, test.status)
			}
		})
	}
}

// TestExample builds the example in several ways. The digests of its files
// are those of the golden files, whatever the Go release, with and without cgo.
// After a change that should make a difference: UPDATE_GOLDEN=1 go test .
func TestExample(t *testing.T) {
	for golden, args := range map[string]string{
		"plain":    "",
		"minified": "-minify",
		"drafts":   "-drafts -base-url http://other.example/sub/folder",
	} {
		t.Run(golden, func(t *testing.T) {
			args := append([]string{"build", "-source", "testdata/site", "-render-to-memory", "-digest", "-digests"}, strings.Fields(args)...)
			stdout, stderr, status := sitegenWith(args...)
			if stderr != "" || status != 0 {
				t.Fatalf("exit status %d, %s", status, stderr)
			}
			file := filepath.Join("testdata", golden+".golden")
			if os.Getenv("UPDATE_GOLDEN") != "" {
				if err := os.WriteFile(file, []byte(stdout), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if stdout != string(want) {
				t.Errorf("%s\nwant\n%s", stdout, want)
			}
			alone, _, _ := sitegenWith(append(args, "-jobs", "1")...)
			if alone != stdout {
				t.Error("another output with one job")
			}
		})
	}
}

// What new writes builds, and what build writes to disk has the same digest as
// what it renders to memory.
func TestNewAndBuild(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "blog")
	if stdout, stderr, status := sitegenWith("new", folder); status != 0 || stderr != "" || !strings.Contains(stdout, "sitegen build -source "+folder) {
		t.Fatalf("new: %q, %q, exit status %d", stdout, stderr, status)
	}
	digest := func(args ...string) (summary, digest string) {
		t.Helper()
		stdout, stderr, status := sitegenWith(append([]string{"build", "-digest", "-source", folder}, args...)...)
		if status != 0 || stderr != "" {
			t.Fatalf("build: %q, %q, exit status %d", stdout, stderr, status)
		}
		summary, digest, _ = strings.Cut(stdout, ", sha256 ")
		return summary, digest
	}
	_, memory := digest("-render-to-memory")
	summary, first := digest()
	if memory != first || !strings.HasSuffix(summary, " 0 unchanged, 0 removed") {
		t.Errorf("%s, digest %s, in memory %s", summary, first, memory)
	}
	if summary, second := digest(); second != first || !strings.Contains(summary, " 0 written, ") {
		t.Errorf("again: %s, digest %s, at first %s", summary, second, first)
	}
	css, err := os.ReadFile(filepath.Join(folder, "public/styles/main.css"))
	if err != nil || !strings.Contains(string(css), "color: #28536b") {
		t.Errorf("%q, %v", css, err)
	}

	// A mistake, and nothing of the new is written.
	write := func(name, content string) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("content/new.md", "[x](nowhere.md)")
	write("styles/broken.scss", "a {\n  color: $nope;\n}\n")
	stdout, stderr, status := sitegenWith("build", "-source", folder)
	if stdout != "" || status != 1 || !strings.HasPrefix(stderr, "styles/broken.scss:2:10: ") {
		t.Errorf("%q, %q, exit status %d", stdout, stderr, status)
	}
	if _, err := os.Stat(filepath.Join(folder, "public/new")); err == nil {
		t.Error("a page is written of a broken site")
	}
}

type brokenPipe struct{}

var errBroken = errors.New("broken")

func (brokenPipe) Write([]byte) (int, error) { return 0, errBroken }

func TestOutputErrors(t *testing.T) {
	for _, args := range []string{"--help", "--version", "version", "build -source testdata/site -render-to-memory"} {
		var stderr strings.Builder
		if status := run(strings.Fields(args), brokenPipe{}, &stderr); status != 1 || stderr.String() != "sitegen: broken\n" {
			t.Errorf("%s: exit status %d, %q", args, status, stderr.String())
		}
	}
}
