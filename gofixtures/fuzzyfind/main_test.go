package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"
)

// As fuzzyfind itself, for tests that need a process.
func TestMain(m *testing.M) {
	if os.Getenv("FUZZYFIND_IS_MAIN") != "" {
		main()
	}
	os.Exit(m.Run())
}

func process(t *testing.T, args ...string) *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = append(os.Environ(), "FUZZYFIND_IS_MAIN=1")
	return cmd
}

func fuzzyfindWith(stdin string, args ...string) (stdout, stderr string, status int) {
	var out, errs strings.Builder
	status = run(args, strings.NewReader(stdin), &out, &errs)
	return out.String(), errs.String(), status
}

func TestCommandLine(t *testing.T) {
	const three = "abc\nxbc\nABC\n"
	for _, test := range []struct {
		name   string
		args   string // between blanks; _ is a blank
		stdin  string
		stdout string
		stderr string // a part of it; "" is empty
		status int
	}{
		{"help", "--help", "", usage, "", 0},
		{"version", "--version", "", "fuzzyfind 1.0\n", "", 0},
		{"nothing", "", "", "", "want --filter QUERY", 2},
		{"unknown", "--nosuch", "", "", "unknown option \"--nosuch\"\nhint: ", 2},
		{"unknown, short", "-z", "", "", `unknown option "-z"`, 2},
		{"an argument", "-f a b", "", "", `unknown option "b"`, 2},
		{"only a dash", "-f a -", "", "", `unknown option "-"`, 2},
		{"a switch with a value", "-f a --tac=1", "", "", `unknown option "--tac=1"`, 2},
		{"no value", "-f", "", "", "-f needs a value", 2},
		{"field 0", "-f a -n 0", "", "", `-n: "0" is no field or range of fields: fields are counted from 1`, 2},
		{"no field", "-f a --nth=1,,2", "", "", `--nth: "" is no field`, 2},
		{"huge field", "-f a -n 99999999999999999999", "", "", "number too large", 2},
		{"empty delimiter", "-f a --delimiter=", "", "", "--delimiter: must not be empty", 2},
		{"tiebreak unknown", "-f a --tiebreak=foo", "", "", `"foo" is none of`, 2},
		{"tiebreak twice", "-f a --tiebreak=end,end", "", "", "end is listed twice", 2},
		{"tiebreak after index", "-f a --tiebreak=index,end", "", "", "index must be the last", 2},
		{"too many", "-f a --tiebreak=length,begin,end,chunk", "", "", "more than 3", 2},

		{"a match", "-f abc", three, "abc\nABC\n", "", 0},
		{"attached", "-fabc", three, "abc\nABC\n", "", 0},
		{"with =", "--filter=abc", three, "abc\nABC\n", "", 0},
		{"the last counts", "-f abc -f x", three, "xbc\n", "", 0},
		{"none", "-f z", three, "", "", 1},
		{"none of nothing", "-f z", "", "", "", 1},
		{"empty query", "--filter=", three, three, "", 0},
		{"empty query, empty input", "--filter=", "", "", "", 1},
		{"empty lines are none", "--filter=", "\na\n\n\nb", "a\nb\n", "", 0},
		{"capitals", "-f AB", three, "ABC\n", "", 0},
		{"ignored", "-i -f AB", three, "abc\nABC\n", "", 0},
		{"heeded", "+i -f ab", three, "abc\n", "", 0},
		{"carriage returns stay", "-f a", "a\r\n", "a\r\n", "", 0},
		{"exact", "-e -f ac", three, "", "", 1},
		{"no longer exact", "-e +e -f ac", three, "abc\nABC\n", "", 0},
		{"not extended", "+x -f 'b", "'b\nb\n", "'b\n", "", 0},
		{"not extended, blanks", "--no-extended -f a_b", "a b\nb a\n", "a b\n", "", 0},
		{"not extended, exact", "+x -e -f a_b", "a  b\na b\n", "a b\n", "", 0},
		{"not extended, empty", "+x --filter=", three, three, "", 0},
		{"no diacritics", "-f e", "é\nE\n", "é\nE\n", "", 0},
		{"a diacritic", "-f é", "é\ne\nÉ\n", "é\nÉ\n", "", 0},
		{"literal", "--literal -f e", "é\nE\n", "E\n", "", 0},

		{"shortest first", "-f a", "axx\nax\na\nay\n", "a\nax\nay\naxx\n", "", 0},
		{"blanks around do not count", "-f a", "a   \nab\n  a\n", "a   \n  a\nab\n", "", 0},
		{"characters count, not bytes", "-f b$", "xxb\nééb\nxxxb\n", "xxb\nééb\nxxxb\n", "", 0},
		{"by index", "-f a --tiebreak=index", "axx\nax\n", "axx\nax\n", "", 0},
		{"by begin", "-f b$ --tiebreak=begin", "xxb\n   xb\nb\n", "b\n   xb\nxxb\n", "", 0},
		{"by end", "-f ab --tiebreak=end", "abx\nabxxx\nabxx abx\nab\n", "ab\nabxx abx\nabx\nabxxx\n", "", 0},
		{"by chunk", "-f 'fo --tiebreak=chunk", "1 foobar baz\n2 foo bazbaz\n", "2 foo bazbaz\n1 foobar baz\n", "", 0},
		{"in order", "+s -f a", "axx\nax\na\n", "axx\nax\na\n", "", 0},
		{"reversed", "+s --tac -f a", "axx\nbx\na\nax\n", "ax\na\naxx\n", "", 0},
		{"ties reversed", "--tac -f a", "a1\na2\na\na3\n", "a\na3\na2\na1\n", "", 0},
		{"all reversed", "--tac --filter=", three, "ABC\nxbc\nabc\n", "", 0},
		{"nothing to rank by", "-f !x", "abc\nab\nx\na\n", "abc\nab\na\n", "", 0},
		{"what is absent scores nothing", "-f !a_|_b", "b\na\nab\nc\n", "b\nab\nc\n", "", 0},

		{"fields", "-d : -n 1 -f a", "a:b\nb:a\n", "a:b\n", "", 0},
		{"the last field", "-d: -n-1 -f a", "a:b\nb:a\n", "b:a\n", "", 0},
		{"fields after blanks", "-n 2 -f ^b$", "  a \tb  c\nb a\n", "  a \tb  c\n", "", 0},
		{"no such field", "-n 5 -f !a", "a\nb\n", "a\nb\n", "", 0},
		{"a field that begins with ë", "-d: -n2 -f ^é --tiebreak=begin", "äö:éx\nä:éx\n", "ä:éx\näö:éx\n", "", 0},

		{"one match", "-1 -f x", three, "xbc\n", "", 0},
		{"two matches", "-1 -0 -f abc", three, "abc\nABC\n", "", 0},
		{"no match", "-0 -f z", three, "", "", 1},
		{"the query", "--print-query -f z", three, "z\n", "", 1},
		{"the query and a match", "--print-query --print0 -f x", three, "x\x00xbc\x00", "", 0},
		{"NUL in", "--read0 -f b", "a\nb\x00c\x00b", "b\na\nb\n", "", 0},
		{"NUL out", "--print0 -f b", three, "abc\x00xbc\x00ABC\x00", "", 0},
		{"NUL is a byte", "-f b", "a\x00b\n", "a\x00b\n", "", 0},
		{"bytes that are no UTF-8", "-f b", "a\xff\xc3b\n", "a\xff\xc3b\n", "", 0},
		{"looked for", "-f \xff", "a\xfeb\na\xffb\n\u00ff\n\ufffd\n", "a\xffb\n", "", 0},
		{"opposites", "--tac --no-tac --read0 --no-read0 --print0 --no-print0 -x --literal --no-literal -s --print-query --no-print-query -f x", three, "xbc\n", "", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			args := strings.Fields(test.args)
			for i := range args {
				args[i] = strings.ReplaceAll(args[i], "_", " ")
			}
			stdout, stderr, status := fuzzyfindWith(test.stdin, args...)
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

// However the input comes and however many processors score it, the output is
// the same.
func TestDeterminism(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	input := generatedPaths(30000)
	for _, args := range [][]string{
		{"-f", "src"}, {"-f", "net !x", "--tac"}, {"-f", "a", "--tiebreak=begin,end"},
		{"+s", "-f", "main"}, {"+s", "--tac", "-f", "main"}, {"-f", "!e"}, {"-f", "e", "-n2,-1", "-d/"},
	} {
		var want string
		for _, processors := range []int{1, 2, 8} {
			runtime.GOMAXPROCS(processors)
			for name, reader := range map[string]io.Reader{
				"whole":  strings.NewReader(string(input)),
				"halves": iotest.HalfReader(strings.NewReader(string(input))),
				"at EOF": iotest.DataErrReader(strings.NewReader(string(input))),
			} {
				var stdout, stderr strings.Builder
				if status := run(args, reader, &stdout, &stderr); status != 0 || stderr.Len() > 0 {
					t.Fatalf("%v: exit status %d, %s", args, status, stderr.String())
				}
				if want == "" {
					want = stdout.String()
				}
				if stdout.String() != want {
					t.Errorf("%v, %d processors, %s: another output", args, processors, name)
				}
			}
		}
	}
}

// Lines that need no sorting are there before the input ends.
func TestStreams(t *testing.T) {
	for _, args := range [][]string{{"+s", "-f", "b"}, {"--filter="}, {"-f", "!x"}} {
		in, inWriter := io.Pipe()
		outReader, out := io.Pipe()
		status := make(chan int)
		go func() {
			status <- run(args, in, out, io.Discard)
			out.Close()
		}()
		for _, line := range []string{"ab\n", "b\n"} {
			io.WriteString(inWriter, line)
			got := make([]byte, len(line))
			if _, err := io.ReadFull(outReader, got); err != nil || string(got) != line {
				t.Errorf("%v: %q, %v; want %q", args, got, err, line)
			}
		}
		go io.Copy(io.Discard, outReader)
		inWriter.Close()
		if s := <-status; s != 0 {
			t.Errorf("%v: exit status %d", args, s)
		}
	}
}

// endless never ends, and never says so.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = "y\n"[i%2]
	}
	return len(p), nil
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }

func TestOutputFails(t *testing.T) {
	var stderr strings.Builder
	pipe := &os.PathError{Op: "write", Path: "|1", Err: syscall.EPIPE}
	if status := run([]string{"+s", "-f", "y"}, endless{}, brokenWriter{pipe}, &stderr); status != 141 || stderr.Len() > 0 {
		t.Errorf("exit status %d, %q", status, stderr.String())
	}
	for _, args := range [][]string{{"-f", "y"}, {"--filter="}, {"--help"}, {"--version"}, {"+s", "--tac", "-f", "y"}} {
		stderr.Reset()
		status := run(args, strings.NewReader("y\n"), brokenWriter{errors.New("disk full")}, &stderr)
		if status != 2 || stderr.String() != "fuzzyfind: disk full\n" {
			t.Errorf("%v: exit status %d, %q", args, status, stderr.String())
		}
	}
}

// The same with a real pipe, and an input that does not end.
func TestNobodyReads(t *testing.T) {
	yes, err := exec.LookPath("yes")
	if err != nil {
		t.Skip("not tested here: yes is not on PATH")
	}
	input := exec.Command(yes)
	cmd := process(t, "+s", "-f", "y")
	if cmd.Stdin, err = input.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := input.Start(); err != nil {
		t.Fatal(err)
	}
	defer input.Wait()
	defer input.Process.Kill()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer time.AfterFunc(time.Minute, func() { cmd.Process.Kill() }).Stop()
	if _, err := io.ReadFull(stdout, make([]byte, 2)); err != nil {
		t.Error(err)
	}
	stdout.Close()
	cmd.Wait()
	how := cmd.ProcessState.Sys().(syscall.WaitStatus)
	// Where the tests themselves are run with SIGPIPE ignored, so is this.
	if !(how.Signaled() && how.Signal() == syscall.SIGPIPE || how.ExitStatus() == 141) || stderr.Len() > 0 {
		t.Errorf("ended by %v, %q", cmd.ProcessState, stderr.String())
	}
}

func TestInputFails(t *testing.T) {
	input := io.MultiReader(strings.NewReader("ab\nb\n"), iotest.ErrReader(errors.New("disk on fire")))
	var stdout, stderr strings.Builder
	status := run([]string{"-f", "b"}, input, &stdout, &stderr)
	if status != 2 || stdout.Len() > 0 || stderr.String() != "fuzzyfind: disk on fire\n" {
		t.Errorf("exit status %d, %q, %q", status, stdout.String(), stderr.String())
	}
}

// unending is one line of so many bytes, and more where they came from.
type unending struct{ read int }

func (u *unending) Read(p []byte) (int, error) {
	u.read += len(p)
	return len(p), nil
}

func TestLineTooLong(t *testing.T) {
	input := new(unending)
	var stdout, stderr strings.Builder
	status := run([]string{"-f", "b"}, input, &stdout, &stderr)
	if status != 2 || stdout.Len() > 0 || stderr.String() != "fuzzyfind: a candidate is longer than 16 MiB\n" {
		t.Errorf("exit status %d, %q, %q", status, stdout.String(), stderr.String())
	}
	if input.read > 2*maxLine {
		t.Errorf("read %d bytes", input.read)
	}
	long := strings.Repeat("a", 5<<20)
	for _, line := range []string{long + "b", "é" + long + "b"} {
		if stdout, stderr, status := fuzzyfindWith("x\n"+line+"\nxb\n", "-f", "ab"); stdout != line+"\n" || status != 0 {
			t.Errorf("exit status %d, %d bytes, %q", status, len(stdout), stderr)
		}
	}
}
