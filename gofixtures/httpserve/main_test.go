package main

import (
	"errors"
	"os"
	"strings"
	"testing"
)

// TestMain lets the test binary be httpserve itself, for what needs a process:
// resolve starts its own program once more.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "resolve" {
		main()
	}
	os.Exit(withBuilds(m))
}

func withBuilds(m *testing.M) int {
	dir, err := os.MkdirTemp("", "httpserve-test")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	builds.dir, builds.programs = dir, make(map[string]string)
	return m.Run()
}

func httpserveWith(args ...string) (stdout, stderr string, status int) {
	var out, errs strings.Builder
	status = run(args, &out, &errs)
	return out.String(), errs.String(), status
}

func TestCommandLine(t *testing.T) {
	for _, test := range []struct {
		name   string
		args   string // between spaces
		stdout string
		stderr string // a part of it; "" is empty
		status int
	}{
		{"help", "--help", usage, "", 0},
		{"help of a command", "serve --help", usage, "", 0},
		{"version", "--version", "httpserve 1.0\n", "", 0},
		{"nothing", "", "", "want a command", 2},
		{"unknown command", "listen", "", `unknown command "listen"` + "\nhint: ", 2},
		{"unknown flag", "serve -x", "", "flag provided but not defined: -x\nhint: ", 2},
		{"argument", "serve DIR", "", `serve takes no argument, have "DIR"`, 2},
		{"listen on nothing", "serve -listen localhost", "", `"localhost" is not HOST:PORT`, 2},
		{"listen on no port", "serve -listen localhost:", "", `"localhost:" is not HOST:PORT`, 2},
		{"listen on gopher", "serve -listen gopher://localhost:70", "", "begins with neither http", 2},
		{"half a certificate", "serve -tls-cert F", "", "go together", 2},
		{"log format", "serve -log-format xml", "", `-log-format is combined or json, not "xml"`, 2},
		{"no timeout", "serve -write-timeout 0", "", "timeouts must be above zero", 2},
		{"negative grace", "serve -grace -1s", "", "timeouts must be", 2},
		{"negative body", "serve -max-body -1", "", "-max-body must not", 2},
		{"no connections", "serve -max-conns 0", "", "must be at least 1", 2},
		{"proxy to nowhere", "serve -proxy /a", "", "want /PREFIX=URL", 2},
		{"proxy without scheme", "serve -proxy /a=b:80", "", "begins with neither http", 2},
		{"resolver", "serve -resolver dns", "", `-resolver is auto, go or system, not "dns"`, 2},
		{"no such root", "serve -root /none", "", "/none: no such file", 1},
		{"root is a file", "serve -root /etc/passwd", "", "/etc/passwd: not a directory", 1},
		{"nobody to resolve", "resolve", "", "want a name", 2},
		{"no name", "resolve a\tb", "", "is no name of a host", 2},
		{"fixture nowhere", "fixture", "", "want one folder", 2},
		{"load of nothing", "load", "", "want -url", 2},
		{"load of a path", "load -url http://localhost/a", "", "has a path", 2},
		{"load without end", "load -url http://localhost -requests 10000001", "", "-requests is 1 to", 2},
		{"load all at once", "load -url http://localhost -concurrency 257", "", "-concurrency is 1 to", 2},
		{"self-test of nothing", "self-test", "", "-requests is 1 to", 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			args := strings.Split(test.args, " ")
			if test.args == "" {
				args = nil
			}
			stdout, stderr, status := httpserveWith(args...)
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

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken") }

func TestOutputErrors(t *testing.T) {
	for _, args := range [][]string{
		{"--help"}, {"--version"}, {"self-test", "-requests", "1"}, {"resolve", "127.0.0.1"},
		{"serve", "-listen", "127.0.0.1:0"},
	} {
		var stderr strings.Builder
		if status := run(args, brokenPipe{}, &stderr); status != 1 || stderr.String() != "httpserve: broken\n" {
			t.Errorf("%q: exit status %d, %q", args, status, stderr.String())
		}
	}
}

// The line is the same for every release of Go and every way to build this.
func TestSelfTest(t *testing.T) {
	t.Setenv("HOME", "/nonexistent")
	t.Setenv("TMPDIR", t.TempDir())
	const want = "requests 420 bytes 8724104 sha256 57aab0c2f397e9ed4e72a5e4994b2afea4f9c417f0622e9cd149136db211e5e9\n"
	stdout, stderr, status := httpserveWith("self-test", "-requests", "420")
	if stdout != want || stderr != "" || status != 0 {
		t.Errorf("%q, %q, exit status %d; want %q", stdout, stderr, status, want)
	}
	left, err := os.ReadDir(os.TempDir())
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
