package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The test binary is the program itself when asKey is set in its environment.
const asKey = "GOPIE_TEST_AS_NEEDSC"

func TestMain(m *testing.M) {
	if os.Getenv(asKey) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

func needscWith(stdin string, args ...string) (stdout, stderr string, status int) {
	var out, errs strings.Builder
	status = run(args, strings.NewReader(stdin), &out, &errs)
	return out.String(), errs.String(), status
}

func TestCommandLine(t *testing.T) {
	coded, _, _ := needscWith("hello, world\n", "compress")
	for _, test := range []struct {
		name   string
		args   string // between spaces
		stdin  string
		stdout string
		stderr string // a part of it; "" is empty
		status int
	}{
		{"help", "--help", "", usage, "", 0},
		{"help of a command", "compress --help", "", usage, "", 0},
		{"version", "--version", "", "needsc 1.0\n", "", 0},
		{"nothing", "", "", "", "want a command: compress, decompress, test or self-test\nhint: ", 2},
		{"unknown command", "gzip", "", "", `unknown command "gzip"` + "\nhint: ", 2},
		{"unknown flag", "compress -0", "", "", "flag provided but not defined: -0\nhint: ", 2},
		{"level of decompressing", "decompress -9", "", "", "flag provided but not defined: -9", 2},
		{"output of a test", "test -o x", "", "", "flag provided but not defined: -o", 2},
		{"output without a name", "compress -o", "", "", "flag needs an argument: -o", 2},
		{"output of an empty name", "compress -o=", "", "", `invalid value "" for flag -o: empty name`, 2},

		{"compress, levels", "compress -1 -9", "hello, world\n", coded, "", 0},
		{"decompress", "decompress", coded, "hello, world\n", "", 0},
		{"decompress stdin by name", "decompress -", coded + coded, "hello, world\nhello, world\n", "", 0},
		{"test", "test", coded, "", "", 0},
		{"self-test", "self-test", "hello, world\n", "stdin: 13 -> 45, CRC-32 ", "", 0},
		{"self-test of nothing", "self-test -1 -", "", "stdin: 0 -> 20, CRC-32 29d99f74, ok\n", "", 0},

		{"no such file", "compress no/such/file", "", "", "needsc: open no/such/file: no such file or directory\n", 1},
		{"a folder", "self-test .", "", "", "needsc: read .: is a directory\n", 1},
		{"not compressed", "decompress", "hello, world\n", "", "needsc: stdin: not in needsc format (at byte 0)\n", 1},
		{"truncated", "test", coded[:len(coded)-1], "", "needsc: stdin: unexpected end: the stream is truncated (at byte 44)\n", 1},
		{"corrupt after a good part", "decompress", coded + "x", "hello, world\n", "needsc: stdin: trailing garbage: not in needsc format (at byte 45)\n", 1},
		{"no folder for the output", "compress -o no/such/file", "", "", "needsc: open no/such/file: no such file or directory\n", 1},
		{"a folder for output", "compress -f -o .", "", "", "needsc: .: is a directory\n", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			stdout, stderr, status := needscWith(test.stdin, strings.Fields(test.args)...)
			if !strings.HasPrefix(stdout, test.stdout) || (stdout == "") != (test.stdout == "") {
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

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o640); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// onlyFiles checks that a folder holds these files and no partial ones.
func onlyFiles(t *testing.T, folder string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, entry := range entries {
		got = append(got, entry.Name())
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("files %q, want %q", got, want)
	}
}

func TestOutputFiles(t *testing.T) {
	folder := t.TempDir()
	a, b, out, back := filepath.Join(folder, "a"), filepath.Join(folder, "b"), filepath.Join(folder, "out"), filepath.Join(folder, "back")
	write(t, a, "a file\n")
	write(t, b, "another\n")
	ok := func(args ...string) {
		t.Helper()
		if stdout, stderr, status := needscWith("", args...); stdout+stderr != "" || status != 0 {
			t.Fatalf("needsc %q: %q, %q, exit status %d", args, stdout, stderr, status)
		}
	}
	fails := func(want string, args ...string) {
		t.Helper()
		if _, stderr, status := needscWith("", args...); !strings.Contains(stderr, want) || status != 1 {
			t.Errorf("needsc %q: %q, exit status %d; want %q", args, stderr, status, want)
		}
	}
	ok("compress", "-o", out, a, b)
	ok("test", out, out)
	ok("decompress", "-o", back, out)
	if got := read(t, back); got != "a file\nanother\n" {
		t.Errorf("%q", got)
	}

	fails("exists already; -f overwrites it", "decompress", "-o", back, out)
	fails("not in needsc format", "decompress", "-f", "-o", back, a)
	fails("not in needsc format", "decompress", "-f", "-o", back, out, a)
	if got := read(t, back); got != "a file\nanother\n" {
		t.Errorf("after failures: %q", got)
	}
	fails("not in needsc format", "decompress", "-o", filepath.Join(folder, "new"), out, a)
	onlyFiles(t, folder, "a", "b", "back", "out")

	// Overwritten is what a link leads to; its mode stays.
	if err := os.Chmod(back, 0o640); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(folder, "link")
	if err := os.Symlink("back", link); err != nil {
		t.Fatal(err)
	}
	ok("compress", "-f", "-o", link, link)
	ok("decompress", "-f", "-o", link, back)
	info, err := os.Lstat(back)
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, back); got != "a file\nanother\n" || info.Mode() != 0o640 {
		t.Errorf("%q, mode %v", got, info.Mode())
	}
	onlyFiles(t, folder, "a", "b", "back", "link", "out")
}

func TestFullDevice(t *testing.T) {
	const device = "/dev/full"
	if _, err := os.Stat(device); err != nil {
		t.Skipf("not tested here: %v", err)
	}
	_, stderr, status := needscWith("hello\n", "compress", "-o", device)
	if stderr != "needsc: write /dev/full: no space left on device\n" || status != 1 {
		t.Errorf("%q, exit status %d", stderr, status)
	}
	if _, err := os.Stat(device); err != nil {
		t.Errorf("the device was removed: %v", err)
	}
}

var errBroken = errors.New("broken")

type broken struct{}

func (broken) Read([]byte) (int, error)  { return 0, errBroken }
func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestInputAndOutputErrors(t *testing.T) {
	for _, command := range []string{"compress", "decompress", "test", "self-test"} {
		var stderr strings.Builder
		status := run([]string{command}, broken{}, io.Discard, &stderr)
		if stderr.String() != "needsc: stdin: broken\n" || status != 1 {
			t.Errorf("reading, %s: %q, exit status %d", command, stderr.String(), status)
		}
	}
	for _, command := range []string{"compress", "self-test", "--help", "--version"} {
		var stderr strings.Builder
		status := run([]string{command}, strings.NewReader("x"), broken{}, &stderr)
		if !strings.HasSuffix(stderr.String(), "broken\n") || status != 1 {
			t.Errorf("writing, %s: %q, exit status %d", command, stderr.String(), status)
		}
	}
}

// A self-test that could not fail would be none.
func TestSelfTestNoticesItsReader(t *testing.T) {
	r := io.MultiReader(bytes.NewReader(make([]byte, 3<<20)), broken{})
	if _, err := selfTest(r, 1); !errors.Is(err, errBroken) {
		t.Errorf("%v, want %v", err, errBroken)
	}
}

// A program that is told to end leaves no partial file behind.
func TestSignalRemovesPartialOutput(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	out := filepath.Join(folder, "out")
	cmd := exec.Command(exe, "compress", "-o", out)
	cmd.Env = append(os.Environ(), asKey+"=1")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// More than a block, so that some of it must be taken before this returns.
	if _, err := stdin.Write(make([]byte, 2<<20)); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	stuck := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
	defer stuck.Stop()
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGTERM {
		t.Errorf("ended with %v", err)
	}
	onlyFiles(t, folder)
}

// There is no second implementation that a build without cgo would fall back to.
func TestDoesNotBuildWithoutCgo(t *testing.T) {
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Skipf("not tested here: %v", err)
	}
	cmd := exec.Command(tool, "build", "-o", os.DevNull, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err == nil || !bytes.Contains(out, []byte("build constraints exclude all Go files in ")) {
		t.Errorf("go build: %v, %s", err, out)
	}
}
