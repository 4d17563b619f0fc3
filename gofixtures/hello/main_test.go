package main

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The test binary is the program itself when asKey is set in its environment.
const asKey = "GOPIE_TEST_AS_HELLO"

func TestMain(m *testing.M) {
	if os.Getenv(asKey) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestGreetsWhateverItsArguments(t *testing.T) {
	for _, args := range [][]string{nil, {"--help"}, {"-test.list", "."}, {"a", "b"}} {
		exe, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(exe, args...)
		cmd.Env = append(os.Environ(), asKey+"=1")
		var stdout, stderr strings.Builder
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if err := cmd.Run(); err != nil {
			t.Errorf("hello %q: %v", args, err)
		}
		if got := stdout.String(); got != "hello, world\n" {
			t.Errorf("hello %q wrote %q", args, got)
		}
		if got := stderr.String(); got != "" {
			t.Errorf("hello %q wrote %q to stderr", args, got)
		}
	}
}

func TestGreetReportsAFailedWrite(t *testing.T) {
	if err := greet(full{}); !errors.Is(err, errFull) {
		t.Errorf("greet on a full device: %v, want %v", err, errFull)
	}
}

var errFull = errors.New("no space left on device")

type full struct{}

func (full) WriteString(string) (int, error) { return 0, errFull }
