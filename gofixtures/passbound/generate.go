package main

import (
	"bufio"
	cryptorand "crypto/rand"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand"
	"strings"
	"unicode"
)

// generator draws passwords.
type generator struct {
	random    io.Reader
	estimator *estimator
	alphabet  []rune
	needed    bits
	length    int // of the shortest password that has the bits needed
	maxLength int
}

// generate is the command of that name.
func generate(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("generate", flag.ContinueOnError)
	a := attackerFlags(flags)
	var ofAttacker []string
	flags.VisitAll(func(f *flag.Flag) { ofAttacker = append(ofAttacker, f.Name) })
	var enough float64
	flags.Func("bits", "", setQuantity(&enough))
	var (
		alphabet  = flags.String("alphabet", "", "")
		classList = flags.String("classes", "lower,upper,digit,symbol", "")
		minLength = flags.Int("min-length", 1, "")
		maxLength = flags.Int("max-length", maxRunes, "")
		count     = flags.Int("count", 1, "")
		seed      = flags.Int64("seed", 0, "")
	)
	given, err := parse(flags, args)
	if err != nil {
		return err
	}
	switch {
	case flags.NArg() > 0:
		return usageError(fmt.Sprintf("generate takes no argument, have %q", flags.Arg(0)))
	case given["alphabet"] && given["classes"]:
		return usageError("-alphabet and -classes exclude each other")
	case *minLength < 1 || *minLength > *maxLength || *maxLength > maxRunes:
		return usageError(fmt.Sprintf("want 1 <= -min-length <= -max-length <= %d", maxRunes))
	case *count < 1:
		return usageError("-count must be at least 1")
	case enough > 1e6:
		return usageError("-bits must be at most 1000000")
	}
	for _, name := range ofAttacker {
		if given["bits"] && given[name] {
			return usageError("-bits and -" + name + " exclude each other")
		}
	}

	g := generator{estimator: newEstimator(), maxLength: *maxLength}
	if given["alphabet"] {
		g.alphabet, err = parseAlphabet(*alphabet)
	} else {
		g.alphabet, err = parseClasses(*classList)
	}
	if err != nil {
		return usageError(err.Error())
	}
	if given["bits"] {
		g.needed = bits(math.Ceil(enough*perBit - 1e-6))
	} else {
		bound, err := a.bound()
		if err != nil {
			return err
		}
		g.needed = bound.needed()
	}
	g.length = max(*minLength, lengthFor(g.needed, len(g.alphabet)))
	if g.length > *maxLength {
		return fmt.Errorf("%v bits take %d of %d different characters, -max-length allows %d",
			g.needed, g.length, len(g.alphabet), *maxLength)
	}

	g.random = bufio.NewReader(cryptorand.Reader)
	if given["seed"] {
		fmt.Fprintln(stderr, "passbound: warning: passwords made with -seed are not secret: the same seed makes them again")
		g.random = rand.New(rand.NewSource(*seed))
	}
	out := bufio.NewWriter(stdout)
	for i := 0; i < *count; i++ {
		password, err := g.draw()
		if err != nil {
			return err
		}
		fmt.Fprintln(out, password)
	}
	return out.Flush()
}

// lengthFor is how many characters out of size different ones have the bits
// needed.
func lengthFor(needed bits, size int) int {
	perRune := log2Milli(size)
	return int((int64(needed)*milli/perBit + perRune - 1) / perRune)
}

// draw makes a password of at least g.length characters, each drawn by itself
// and all alike, so that there is no better way than to try them all.
//
// A short draw may by chance look like less than it is: no digit among its
// characters, or "abc". Then it goes on, up to the greatest length, until the
// command strength finds it good too. To draw again instead would let the
// attacker leave out the passwords that were thrown away.
func (g *generator) draw() (string, error) {
	var password []rune
	for {
		if len(password) >= g.length {
			seems, err := g.estimator.entropy([]byte(string(password)))
			if err != nil {
				return "", err
			}
			if seems >= g.needed || len(password) == g.maxLength {
				return string(password), nil
			}
		}
		i, err := uniform(g.random, uint32(len(g.alphabet)))
		if err != nil {
			return "", err
		}
		password = append(password, g.alphabet[i])
	}
}

// uniform gives a number below n, each with the same chance: what is left of
// the range of a uint32 after the last multiple of n is drawn again.
func uniform(random io.Reader, n uint32) (uint32, error) {
	beyond := math.MaxUint32 - math.MaxUint32%n
	for {
		var raw [4]byte
		if _, err := io.ReadFull(random, raw[:]); err != nil {
			return 0, fmt.Errorf("reading random bytes: %w", err)
		}
		if x := binary.LittleEndian.Uint32(raw[:]); x < beyond {
			return x % n, nil
		}
	}
}

// parseAlphabet takes printable characters, at least two and each once.
func parseAlphabet(s string) ([]rune, error) {
	seen := make(map[rune]bool)
	var alphabet []rune
	for _, r := range s {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return nil, fmt.Errorf("-alphabet has the unprintable character %q", r)
		}
		if seen[r] {
			return nil, fmt.Errorf("-alphabet has %q twice", r)
		}
		seen[r] = true
		alphabet = append(alphabet, r)
	}
	if len(alphabet) < 2 {
		return nil, errors.New("-alphabet needs at least two characters")
	}
	return alphabet, nil
}

// parseClasses gives the characters of a list such as "lower,digit", but for
// the space, which gets lost at the ends of a line.
func parseClasses(list string) ([]rune, error) {
	var all strings.Builder
	seen := make(map[string]bool)
	for _, name := range strings.Split(list, ",") {
		if seen[name] {
			return nil, fmt.Errorf("-classes has %q twice", name)
		}
		seen[name] = true
		before := all.Len()
		for _, class := range classes {
			if class.name == name {
				all.WriteString(strings.TrimPrefix(class.characters, " "))
			}
		}
		if all.Len() == before {
			return nil, fmt.Errorf("-classes has %q, which is none of lower, upper, digit and symbol", name)
		}
	}
	return []rune(all.String()), nil
}
