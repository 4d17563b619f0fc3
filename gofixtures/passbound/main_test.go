package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func passboundWith(stdin string, args ...string) (stdout, stderr string, status int) {
	var out, errs strings.Builder
	status = run(args, strings.NewReader(stdin), &out, &errs)
	return out.String(), errs.String(), status
}

func TestCommandLine(t *testing.T) {
	tooLong := strings.Repeat("x", maxRunes+1)
	for _, test := range []struct {
		name   string
		args   string // between spaces
		stdin  string
		stdout string
		stderr string // a part of it; "" is empty
		status int
	}{
		{"help", "--help", "", usage, "", 0},
		{"help of a command", "strength --help", "", usage, "", 0},
		{"version", "--version", "", "passbound 1.0\n", "", 0},
		{"nothing", "", "", "", "want a command", 2},
		{"unknown command", "guess", "", "", `unknown command "guess"` + "\nhint: ", 2},
		{"unknown flag", "limit -x", "", "", "flag provided but not defined: -x\nhint: ", 2},

		{"limit", "limit -guesses-per-second 1024 -time 1", "", "10.0 rate\n", "", 0},
		{"limit of an argument", "limit x", "", "", `limit takes no argument, have "x"`, 2},
		{"no number", "limit -mass much", "", "", `invalid value "much" for flag -mass: not a finite number`, 2},
		{"no mass", "limit -mass 0", "", "", "must be above zero", 2},
		{"rate without time", "limit -guesses-per-second 1", "", "", "-guesses-per-second needs -time", 2},
		{"too much", "limit -mass 1e300", "", "", "more than can be reckoned", 2},

		{"arguments", "strength -guesses-per-second 1e9 -time 1024 aaaaaaaa aB3$aC4%", "",
			"6.7\t39.9\tweak\n52.5\t39.9\tok\n", "", 0},
		{"as many as can be tried", "strength -guesses-per-second 1 -time 128 é", "", "7.0\t7.1\tweak\n", "", 0},
		{"more than can be tried", "strength -guesses-per-second 1 -time 127 é", "", "7.0\t7.0\tok\n", "", 0},
		{"lines", "strength -guesses-per-second 1e9 -time 1024", "password\r\n\nabcdefgh",
			"37.6\t39.9\tweak\n0.0\t39.9\tweak\n9.7\t39.9\tweak\n", "", 0},
		{"lines among arguments", "strength -guesses-per-second 1e9 -time 1024 ab - abcabc", "é\n",
			"9.4\t39.9\tweak\n7.0\t39.9\tweak\n9.7\t39.9\tweak\n", "", 0},
		{"summary", "strength -summary -guesses-per-second 1 -time 1024 -", "aaaaaaaa\nqzmpw\nab\n",
			"passwords\t3\nok\t1\nweak\t2\nneeded\t10.1\nleast\t6.7\nmean\t13.2\nmost\t23.5\nsum\t39.6\n", "", 0},
		{"summary of nothing", "strength -summary -guesses-per-second 1 -time 1024 -", "",
			"passwords\t0\nok\t0\nweak\t0\nneeded\t10.1\nleast\t0.0\nmean\t0.0\nmost\t0.0\nsum\t0.0\n", "", 0},
		{"too long an argument", "strength -guesses-per-second 1 -time 1024 é " + tooLong, "",
			"7.0\t10.1\tweak\n", "argument 2: password longer than 1024 characters", 1},
		{"too long a line", "strength -guesses-per-second 1 -time 1024", "é\n" + tooLong,
			"7.0\t10.1\tweak\n", "line 2: password longer than 1024 characters", 1},
		{"far too long a line", "strength -guesses-per-second 1 -time 1024", "é\n" + strings.Repeat("x", 1<<17),
			"7.0\t10.1\tweak\n", "line 2: password longer than 1024 characters", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			stdout, stderr, status := passboundWith(test.stdin, strings.Fields(test.args)...)
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

func TestNothingIsPrintedOfThePassword(t *testing.T) {
	const password = "hunter2-hunter2"
	for _, args := range [][]string{{"strength", password}, {"strength"}, {"strength", "-summary"}} {
		stdout, stderr, _ := passboundWith(password, args...)
		if strings.Contains(stdout+stderr, "hunter2") {
			t.Errorf("passbound %q: %q, %q", args, stdout, stderr)
		}
	}
}

type brokenPipe struct{}

var errBroken = errors.New("broken")

func (brokenPipe) Read([]byte) (int, error)  { return 0, errBroken }
func (brokenPipe) Write([]byte) (int, error) { return 0, errBroken }

func TestInputAndOutputErrors(t *testing.T) {
	var discard, stderr strings.Builder
	if status := run([]string{"strength"}, brokenPipe{}, &discard, &stderr); status != 1 || stderr.String() != "passbound: broken\n" {
		t.Errorf("reading: exit status %d, %q", status, stderr.String())
	}
	for _, command := range []string{"strength", "limit", "generate", "--help", "--version"} {
		stderr.Reset()
		status := run([]string{command}, strings.NewReader("x\n"), brokenPipe{}, &stderr)
		if status != 1 || stderr.String() != "passbound: broken\n" {
			t.Errorf("writing, %s: exit status %d, %q", command, status, stderr.String())
		}
	}
}

// Lines are read as they come: far more of them than fit any buffer.
func TestManyLines(t *testing.T) {
	const n = 20_000
	stdout, stderr, status := passboundWith(strings.Repeat("aaaaaaaa\n", n), "strength", "-summary")
	if want := fmt.Sprintf("passwords\t%d\n", n); !strings.HasPrefix(stdout, want) || stderr != "" || status != 0 {
		t.Errorf("%q, %q, exit status %d", stdout, stderr, status)
	}
	if !strings.HasSuffix(stdout, "sum\t134000.0\n") {
		t.Errorf("%q", stdout)
	}
}
