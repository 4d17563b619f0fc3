// Fuzzyfind ranks lines by how well they match a query: what fzf does under
// --filter, and nothing else of it. It has no screen and asks no questions.
//
// The query language and the options are those that the manual of fzf 0.38
// documents; where that is silent, fzf's own answers were taken as the guide,
// and tests hold the two side by side. See scheme.go for how matches are scored.
// It differs where fzf's answer is less than what it documents, or than can be:
//
//   - the score is that of the best match, where fzf finds it nearly always;
//   - bytes that are no UTF-8 come out as they went in, and can be looked for;
//   - --tac --no-sort reverses all of the input, and not piece by piece;
//   - a term 'word$ is anchored, and a tab in a term is a tab;
//   - an empty delimiter is an error, and a line has a greatest length;
//   - FZF_DEFAULT_OPTS is not heeded: the output depends on what is on the
//     command line and on the input alone.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

const usage = `usage: fuzzyfind -f QUERY [OPTION...]

Reads candidates from stdin, one a line, and prints those that match QUERY, the
best first. Empty lines are no candidates. With an empty QUERY all match, and
they are printed in the order in which they came.

  -f, --filter QUERY       what to look for; see below
  -e, --exact              terms match exactly, and 'term fuzzily
  +x, --no-extended        QUERY is one fuzzy term (or, with -e, one exact term)
  -i, +i                   ignore case; heed case. Default: a term without
                           capitals ignores it, one with capitals heeds it
      --literal            e does not match é
  -n, --nth N[,...]        search these fields only: 1, -1 (the last), 2..4, 2..,
                           ..-2
  -d, --delimiter REGEXP   what ends a field; one character, and what is no
                           regular expression, stands for itself. Default:
                           blanks, of which those before field 1 do not count
      --tiebreak LIST      of matches with equal scores, print first the one
                           length  that is shorter, without blanks around it
                           chunk   whose word or words around the match are shorter
                           begin   whose match begins earlier
                           end     whose match ends nearer the line's end
                           index   that came first: always the last resort
                           At most three and index; default length
      --tac                reverse the order in which candidates came
  +s, --no-sort            print matches in that order and as soon as it can be
  -1, --select-1           accepted, and of no effect: a filter never starts the
  -0, --exit-0             finder that these keep from starting
      --read0, --print0    candidates end in NUL: those read, those printed
      --print-query        print QUERY first
      --version, --help    print the version; print this

QUERY is terms with blanks between them ("\ " is a blank in a term). All must
match, in any order; of terms with | between them, one.
  term     its characters, in this order, with others between them
  'term    just so      ^term  at the beginning     term$  at the end
  ^term$   the whole    !term  not 'term; also !^term, !term$, and !'term fuzzily

Output is the bytes that came in, UTF-8 or not. A candidate may be 16 MiB long.
Of one so long that an exact answer would take too much time, the score is that
of the first match instead of the best.

Exit status: 0 something matched, 1 nothing did, 2 error, 141 nobody reads the
output any more.

example: git ls-files | fuzzyfind -f 'test !vendor .go$ | .rs$'
`

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// usageError is a command line that makes no sense.
type usageError string

func (e usageError) Error() string { return string(e) }

// Exit statuses; the last is what a shell shows of a program that SIGPIPE has
// ended, which is what happens unless the signal is ignored.
const (
	exitMatch   = 0
	exitNoMatch = 1
	exitError   = 2
	exitPipe    = 141
)

// run is the whole program but for the process: arguments in, exit status out.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	found, err := fuzzyfind(args, stdin, stdout)
	var misuse usageError
	switch {
	case errors.Is(err, syscall.EPIPE):
		return exitPipe
	case errors.As(err, &misuse):
		fmt.Fprintf(stderr, "fuzzyfind: %v\nhint: see fuzzyfind --help\n", err)
		return exitError
	case err != nil:
		fmt.Fprintf(stderr, "fuzzyfind: %v\n", err)
		return exitError
	case !found:
		return exitNoMatch
	}
	return exitMatch
}

func fuzzyfind(args []string, stdin io.Reader, stdout io.Writer) (found bool, err error) {
	o, err := parseOptions(args)
	switch {
	case err != nil:
		return false, err
	case o.help:
		_, err = io.WriteString(stdout, usage)
		return true, err
	case o.version:
		_, err = io.WriteString(stdout, "fuzzyfind 1.0\n")
		return true, err
	}
	return filter(o, stdin, stdout)
}
