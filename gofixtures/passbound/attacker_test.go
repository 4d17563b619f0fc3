package main

import (
	"math"
	"strconv"
	"testing"
)

func TestBound(t *testing.T) {
	for _, test := range []struct {
		name     string
		attacker attacker
		want     string
		by       string
	}{
		// kT ln 2 at 300 K is 2.871e-21 J.
		{"Landauer, a joule at room temperature", attacker{energy: 1, temperature: 300}, "68.2", "energy"},
		{"a bit for each halving of the temperature", attacker{energy: 1, temperature: 75}, "70.2", "energy"},
		// c² is 8.98755e16 J/kg; kT ln 2 at 2.725 K is 2.6078e-23 J.
		{"a kilogram", attacker{mass: 1, temperature: 2.725}, "131.3", "energy"},
		{"as much in joules", attacker{energy: 8.98755e16, temperature: 2.725}, "131.3", "energy"},
		{"both", attacker{energy: 8.98755e16, mass: 1, temperature: 2.725}, "132.3", "energy"},
		{"nothing said: the Earth", attacker{temperature: 2.725}, "213.6", "energy"},
		{"time to spare", attacker{mass: 1, time: 1, temperature: 2.725}, "131.3", "energy"},
		// 5.4258e50 operations per second for a kilogram: S. Lloyd, Ultimate
		// physical limits to computation, Nature 406, 2000.
		{"a kilogram, for a picosecond", attacker{mass: 1, time: 1e-12, temperature: 2.725}, "128.6", "speed"},
		{"a kilogram, for a second, in great cold", attacker{mass: 1, time: 1, temperature: 1e-20}, "168.5", "speed"},
		{"a rate", attacker{guessesPerSecond: 1e12, time: 3.2e7, temperature: 2.725}, "64.7", "rate"},
		{"a rate that takes more energy than there is", attacker{energy: 1e-9, guessesPerSecond: 1e12, time: 3.2e7, temperature: 2.725}, "45.1", "energy"},
		{"a rate, exactly", attacker{guessesPerSecond: 1000, time: 1.024, temperature: 2.725}, "10.0", "rate"},
		{"not one guess", attacker{energy: 1e-30, temperature: 300}, "0.0", "energy"},
		{"quantum", attacker{guessesPerSecond: 1024, time: 1024, temperature: 2.725, quantum: true}, "40.0", "rate"},
		{"quantum, before rounding", attacker{energy: 1, temperature: 300, quantum: true}, "136.4", "energy"},
		{"all that a float64 can say", attacker{energy: math.MaxFloat64, time: math.MaxFloat64,
			guessesPerSecond: math.MaxFloat64, temperature: math.SmallestNonzeroFloat64, quantum: true}, "4096.0", "rate"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.attacker.bound()
			if err != nil {
				t.Fatal(err)
			}
			if got.bits.String() != test.want || got.by != test.by {
				t.Errorf("%v by %s, want %s by %s", got.bits, got.by, test.want, test.by)
			}
			if got.needed() <= got.bits {
				t.Errorf("needed %v, when %v can be tried", got.needed(), got.bits)
			}
		})
	}
}

func TestBits(t *testing.T) {
	for _, test := range []struct {
		in   float64
		want string
	}{
		{0, "0.0"}, {0.09, "0.0"}, {0.1, "0.1"}, {9.99, "9.9"}, {10 - 1e-12, "10.0"}, {131.349, "131.3"},
	} {
		if got := bitsOf(test.in).String(); got != test.want {
			t.Errorf("bitsOf(%v) = %s, want %s", test.in, got, test.want)
		}
	}
}

func FuzzParseQuantity(f *testing.F) {
	for _, s := range []string{"", "1", "0", "-0", "-1", "1e400", "1e-400", "NaN", "Inf", "0x1p-2", "1_0", " 1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		x, err := parseQuantity(s)
		if err != nil {
			return
		}
		if !(x > 0 && x <= math.MaxFloat64) {
			t.Fatalf("parseQuantity(%q) = %v", s, x)
		}
		if again, err := parseQuantity(strconv.FormatFloat(x, 'g', -1, 64)); err != nil || again != x {
			t.Errorf("parseQuantity(%q) = %v, which it reads as %v, %v", s, x, again, err)
		}
		// Whatever is taken has a bound or is refused; neither is NaN.
		for _, a := range []attacker{{energy: x, temperature: x}, {mass: x, time: x, temperature: 1}} {
			if b, err := a.bound(); err == nil && (b.bits < 0 || b.bits > 1e5) {
				t.Errorf("attacker %+v: %v", a, b)
			}
		}
	})
}
