package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
)

// strength is the command of that name. It holds one password at a time.
func strength(args []string, stdin io.Reader, stdout io.Writer) (err error) {
	flags := flag.NewFlagSet("strength", flag.ContinueOnError)
	a := attackerFlags(flags)
	summary := flags.Bool("summary", false, "")
	if _, err := parse(flags, args); err != nil {
		return err
	}
	bound, err := a.bound()
	if err != nil {
		return err
	}

	out := bufio.NewWriterSize(stdout, 64<<10)
	// What has been judged before an error is printed still.
	defer func() { err = errors.Join(err, out.Flush()) }()
	j := &judge{estimator: newEstimator(), needed: bound.needed()}
	if !*summary {
		j.out = out
	}
	passwords := flags.Args()
	if len(passwords) == 0 {
		passwords = []string{"-"}
	}
	for i, password := range passwords {
		if password == "-" {
			err = j.lines(stdin)
		} else if err = j.password([]byte(password)); errors.Is(err, errTooLong) {
			err = fmt.Errorf("argument %d: %w", i+1, err)
		}
		if err != nil {
			return err
		}
	}
	if *summary {
		return j.totals.print(out, j.needed)
	}
	return nil
}

// judge compares passwords with what is needed.
type judge struct {
	estimator *estimator
	needed    bits
	out       io.Writer // nil: totals only
	line      []byte
	totals    totals
}

// lines judges each line of r; an empty one is an empty password.
func (j *judge) lines(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), 64<<10)
	n := 1
	for ; lines.Scan(); n++ {
		err := j.password(lines.Bytes())
		if errors.Is(err, errTooLong) {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if err != nil {
			return err
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return fmt.Errorf("line %d: %w", n, errTooLong)
	}
	return lines.Err()
}

func (j *judge) password(password []byte) error {
	entropy, err := j.estimator.entropy(password)
	if err != nil {
		return err
	}
	withstands := entropy >= j.needed
	j.totals.add(entropy, withstands)
	if j.out == nil {
		return nil
	}
	j.line = entropy.appendTo(j.line[:0])
	j.line = append(j.line, '\t')
	j.line = j.needed.appendTo(j.line)
	if withstands {
		j.line = append(j.line, "\tok\n"...)
	} else {
		j.line = append(j.line, "\tweak\n"...)
	}
	_, err = j.out.Write(j.line)
	return err
}

// totals sums passwords up.
type totals struct {
	passwords, ok    int64
	least, most, sum bits
}

func (t *totals) add(entropy bits, withstands bool) {
	if t.passwords == 0 {
		t.least = entropy
	}
	t.least, t.most = min(t.least, entropy), max(t.most, entropy)
	t.sum += entropy
	t.passwords++
	if withstands {
		t.ok++
	}
}

func (t *totals) print(w io.Writer, needed bits) error {
	mean := t.sum / bits(max(t.passwords, 1))
	_, err := fmt.Fprintf(w, "passwords\t%d\nok\t%d\nweak\t%d\nneeded\t%v\nleast\t%v\nmean\t%v\nmost\t%v\nsum\t%v\n",
		t.passwords, t.ok, t.passwords-t.ok, needed, t.least, mean, t.most, t.sum)
	return err
}
