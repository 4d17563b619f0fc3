package main

import (
	"errors"
	"fmt"
	"strings"
)

// options is what the command line asks for.
type options struct {
	help, version bool

	filter   *string // nil: not given
	exact    bool
	extended bool
	fold     folding
	literal  bool

	nth       []fieldRange // none: the whole line
	delimiter delimiter

	tiebreak []criterion
	tac      bool
	sort     bool

	read0, print0, printQuery bool
}

// folding is which terms ignore case.
type folding int

const (
	smartCase folding = iota
	ignoreCase
	heedCase
)

// parseOptions reads a command line as fzf's are written, which package flag
// cannot: "+i" is an option, and "-fQUERY" is "-f QUERY". A later option
// overrides an earlier one.
func parseOptions(args []string) (*options, error) {
	o := &options{extended: true, sort: true, tiebreak: []criterion{byLength}}
	switches := map[string]func(){
		"-h": func() { o.help = true }, "--help": func() { o.help = true },
		"--version": func() { o.version = true },
		"-e":        func() { o.exact = true }, "--exact": func() { o.exact = true },
		"+e": func() { o.exact = false }, "--no-exact": func() { o.exact = false },
		"-x": func() { o.extended = true }, "--extended": func() { o.extended = true },
		"+x": func() { o.extended = false }, "--no-extended": func() { o.extended = false },
		"-i": func() { o.fold = ignoreCase }, "+i": func() { o.fold = heedCase },
		"--literal": func() { o.literal = true }, "--no-literal": func() { o.literal = false },
		"--tac": func() { o.tac = true }, "--no-tac": func() { o.tac = false },
		"-s": func() { o.sort = true }, "--sort": func() { o.sort = true },
		"+s": func() { o.sort = false }, "--no-sort": func() { o.sort = false },
		"-1": func() {}, "--select-1": func() {}, "+1": func() {}, "--no-select-1": func() {},
		"-0": func() {}, "--exit-0": func() {}, "+0": func() {}, "--no-exit-0": func() {},
		"--read0": func() { o.read0 = true }, "--no-read0": func() { o.read0 = false },
		"--print0": func() { o.print0 = true }, "--no-print0": func() { o.print0 = false },
		"--print-query": func() { o.printQuery = true }, "--no-print-query": func() { o.printQuery = false },
	}
	values := map[string]func(string) error{
		"-f": o.setFilter, "--filter": o.setFilter,
		"-n": o.setNth, "--nth": o.setNth,
		"-d": o.setDelimiter, "--delimiter": o.setDelimiter,
		"--tiebreak": o.setTiebreak,
	}
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if set, ok := switches[arg]; ok {
			set()
			continue
		}
		name, value, attached := cutOption(arg)
		set, ok := values[name]
		if !ok {
			return nil, usageError(fmt.Sprintf("unknown option %q", arg))
		}
		if !attached {
			if len(args) == 0 {
				return nil, usageError(name + " needs a value")
			}
			value, args = args[0], args[1:]
		}
		if err := set(value); err != nil {
			return nil, usageError(fmt.Sprintf("%s: %v", name, err))
		}
	}
	if o.filter == nil && !o.help && !o.version {
		return nil, usageError("want --filter QUERY: there is no other mode")
	}
	return o, nil
}

// cutOption takes "--name=value" and "-nVALUE" apart.
func cutOption(arg string) (name, value string, attached bool) {
	if strings.HasPrefix(arg, "--") {
		return strings.Cut(arg, "=")
	}
	if len(arg) > 2 {
		return arg[:2], arg[2:], true
	}
	return arg, "", false
}

func (o *options) setFilter(s string) error {
	o.filter = &s
	return nil
}

func (o *options) setNth(s string) (err error) {
	o.nth, err = parseFieldRanges(s)
	return err
}

func (o *options) setDelimiter(s string) (err error) {
	o.delimiter, err = parseDelimiter(s)
	return err
}

func (o *options) setTiebreak(s string) (err error) {
	o.tiebreak, err = parseTiebreak(s)
	return err
}

// criterion is what decides between equal scores; that of the order in which
// candidates came always stands behind the ones listed.
type criterion int

const (
	byLength criterion = iota
	byChunk
	byBegin
	byEnd
	byIndex
)

var criterionNames = map[string]criterion{
	"length": byLength, "chunk": byChunk, "begin": byBegin, "end": byEnd, "index": byIndex,
}

// maxCriteria is as many as fit beside the score in 64 bits; see rank.go.
const maxCriteria = 3

func parseTiebreak(list string) ([]criterion, error) {
	var criteria []criterion
	seen := make(map[criterion]bool)
	for _, name := range strings.Split(list, ",") {
		c, ok := criterionNames[name]
		switch {
		case !ok:
			return nil, fmt.Errorf("%q is none of length, chunk, begin, end and index", name)
		case seen[c]:
			return nil, fmt.Errorf("%s is listed twice", name)
		case seen[byIndex]:
			return nil, errors.New("index must be the last")
		}
		seen[c] = true
		if c != byIndex {
			criteria = append(criteria, c)
		}
	}
	if len(criteria) > maxCriteria {
		return nil, fmt.Errorf("more than %d besides index", maxCriteria)
	}
	return criteria, nil
}
