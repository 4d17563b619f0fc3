package main

import (
	"errors"
	"flag"
	"math"
	"strconv"
)

// Exact by the definition of the SI (BIPM, The International System of Units,
// 9th edition, 2019).
const (
	speedOfLight = 299_792_458      // m/s
	planck       = 6.626_070_15e-34 // J s
	boltzmann    = 1.380_649e-23    // J/K
)

const (
	// Of the microwave background (D. J. Fixsen, The Temperature of the Cosmic
	// Microwave Background, 2009), and with it the coldest that a computer in
	// today's universe can stay without work spent on cooling it.
	defaultTemperature = 2.725 // K

	// The Astronomical Almanac's; for an attacker of whom nothing is said.
	massOfEarth = 5.9722e24 // kg
)

// attacker is what an attacker has. Zero is "not said".
type attacker struct {
	energy           float64 // J
	mass             float64 // kg
	time             float64 // s
	temperature      float64 // K
	guessesPerSecond float64
	quantum          bool
}

// attackerFlags puts an attacker's flags, the same ones everywhere, on flags.
func attackerFlags(flags *flag.FlagSet) *attacker {
	a := &attacker{temperature: defaultTemperature}
	for name, quantity := range map[string]*float64{
		"energy":             &a.energy,
		"mass":               &a.mass,
		"time":               &a.time,
		"temperature":        &a.temperature,
		"guesses-per-second": &a.guessesPerSecond,
	} {
		flags.Func(name, "", setQuantity(quantity))
	}
	flags.BoolVar(&a.quantum, "quantum", false, "")
	return a
}

func setQuantity(quantity *float64) func(string) error {
	return func(s string) (err error) {
		*quantity, err = parseQuantity(s)
		return err
	}
}

// parseQuantity takes a finite number above zero.
func parseQuantity(s string) (float64, error) {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return 0, errors.New("not a finite number")
	}
	if x <= 0 {
		return 0, errors.New("must be above zero")
	}
	return x, nil
}

// bound is the largest number of guesses that an attacker can make, as its
// logarithm to base 2 and rounded down, and which limit it is that sets it.
type bound struct {
	bits bits
	by   string
}

// bound takes the least of three limits, which leave open how the computer is
// made:
//
//   - energy: to forget a bit costs kT ln 2 (R. Landauer, Irreversibility and
//     Heat Generation in the Computing Process, IBM J. Res. Dev. 5, 1961), and
//     a guess is taken to forget one. Reversible computing, could it be had,
//     would escape this limit and leave the next one to hold it.
//   - speed: a system of energy E passes through at most 4E/h distinct states
//     a second (N. Margolus and L. B. Levitin, The maximum speed of dynamical
//     evolution, Physica D 120, 1998), and a guess is taken to need one. That
//     is four times Bremermann's older limit, mc²/h (H. J. Bremermann,
//     Optimization through evolution and recombination, 1962), and proven.
//   - rate: what was said of guesses per second.
//
// Energy and speed both grow with E. So at 2.725 K speed is the tighter one of
// the two for the first 6 ps only, and for longer the colder it is.
//
// Grover's algorithm searches N passwords in about √N steps, and none does
// better (L. K. Grover, A fast quantum mechanical algorithm for database
// search, 1996; C. Zalka, Grover's quantum searching algorithm is optimal,
// 1999). The factor of π/4 in that "about" is worth 0.7 bits and left out.
func (a attacker) bound() (bound, error) {
	if a.guessesPerSecond > 0 && a.time == 0 {
		return bound{}, usageError("-guesses-per-second needs -time")
	}
	mass := a.mass
	if a.energy == 0 && a.mass == 0 && a.guessesPerSecond == 0 {
		mass = massOfEarth
	}
	energy := a.energy + mass*speedOfLight*speedOfLight
	if math.IsInf(energy, 0) {
		return bound{}, usageError("-energy and -mass come to more than can be reckoned with")
	}

	// All in logarithms, lest what can be said on the command line overflow.
	least, by := math.Inf(1), ""
	consider := func(bits float64, name string) {
		if bits < least {
			least, by = bits, name
		}
	}
	if a.guessesPerSecond > 0 {
		consider(math.Log2(a.guessesPerSecond)+math.Log2(a.time), "rate")
	}
	if energy > 0 {
		consider(math.Log2(energy)-math.Log2(boltzmann*math.Ln2)-math.Log2(a.temperature), "energy")
		if a.time > 0 {
			consider(math.Log2(energy)+math.Log2(4/planck)+math.Log2(a.time), "speed")
		}
	}
	if a.quantum {
		least *= 2
	}
	return bound{bitsOf(math.Max(least, 0)), by}, nil
}

// needed is the least that a password must have for the attacker to run out
// before the passwords do. It makes no promise of luck: an attacker who can try
// half of them all succeeds every other time.
func (b bound) needed() bits { return b.bits + 1 }

// bits is a logarithm to base 2 in tenths: what is printed is what is compared,
// and integers come out the same on every architecture, where Go may fuse a
// multiplication and an addition of floating-point numbers on one and not on
// another.
type bits int64

const perBit = 10

// bitsOf rounds down. What falls short of a tenth by less than all the rounding
// errors that may have gone before is taken to reach it.
func bitsOf(x float64) bits { return bits(math.Floor(x*perBit + 1e-6)) }

func (b bits) String() string { return string(b.appendTo(nil)) }

func (b bits) appendTo(dst []byte) []byte {
	dst = strconv.AppendInt(dst, int64(b/perBit), 10)
	return append(dst, '.', '0'+byte(b%perBit))
}
