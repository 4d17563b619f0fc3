package gostyle

import "strings"

// Numbers count in units of 1/100000, so that both compilers calculate exactly
// the same. More decimals are rounded, half away from zero.
const (
	decimals  = 5
	one       = 100000
	maxNumber = 1000000000 * one
)

type number struct {
	negative  bool
	magnitude uint64 // up to maxNumber
	unit      string
}

// parseNumber reads s, all of it, as a number with or without unit. Exponents
// are CSS, but nothing to calculate with here.
func parseNumber(s string) (n number, ok bool) {
	i := 0
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		n.negative = s[i] == '-'
		i++
	}
	digits := 0
	for ; i < len(s) && isDigit(s[i]); i++ {
		digits++
		if n.magnitude = n.magnitude*10 + uint64(s[i]-'0'); n.magnitude > maxNumber/one {
			return n, false
		}
	}
	n.magnitude *= one
	if i+1 < len(s) && s[i] == '.' && isDigit(s[i+1]) {
		place := uint64(one / 10)
		for i++; i < len(s) && isDigit(s[i]); i++ {
			digits++
			if place == 0 {
				continue
			}
			n.magnitude += place * uint64(s[i]-'0')
			if place /= 10; place == 0 && i+1 < len(s) && '5' <= s[i+1] && s[i+1] <= '9' {
				n.magnitude++
			}
		}
	}
	n.unit = s[i:]
	return n, digits > 0 && n.magnitude <= maxNumber && isUnit(n.unit)
}

func isUnit(s string) bool {
	if s == "" || s == "%" {
		return true
	}
	if lower(s[0]) == 'e' && len(s) > 1 && (isDigit(s[1]) || s[1] == '-' && len(s) > 2 && isDigit(s[2])) {
		return false
	}
	for i := 0; i < len(s); i++ {
		if !isName(s[i]) {
			return false
		}
	}
	return !isDigit(s[0])
}

func (n number) String() string {
	var b strings.Builder
	if n.negative && n.magnitude > 0 {
		b.WriteByte('-')
	}
	writeDigits(&b, n.magnitude/one, 1)
	if fraction := n.magnitude % one; fraction > 0 {
		width := decimals
		for ; fraction%10 == 0; width-- {
			fraction /= 10
		}
		b.WriteByte('.')
		writeDigits(&b, fraction, width)
	}
	b.WriteString(n.unit)
	return b.String()
}

// writeDigits writes n with at least width digits.
func writeDigits(b *strings.Builder, n uint64, width int) {
	var digits [20]byte
	i := len(digits)
	for ; n > 0 || width > 0; width-- {
		i--
		digits[i] = byte('0' + n%10)
		n /= 10
	}
	b.Write(digits[i:])
}

// unitOf returns the unit of a op b, if they go together.
func unitOf(a number, op byte, b number) (unit string, ok bool) {
	either := a.unit
	if either == "" {
		either = b.unit
	}
	switch {
	case op == '/' && b.unit == "":
		return a.unit, true
	case op == '/':
		return "", a.unit == b.unit
	}
	return either, a.unit == "" || b.unit == "" || op != '*' && a.unit == b.unit
}

// calculate returns a op b, or why it cannot be.
func calculate(a number, op byte, b number) (result number, problem string) {
	unit, ok := unitOf(a, op, b)
	if !ok {
		return a, string(rune(op)) + " cannot take the units of " + clip(a.String()) + " and " + clip(b.String())
	}
	if (op == '/' || op == '%') && b.magnitude == 0 {
		return a, "division by zero"
	}
	switch op {
	case '-':
		b.negative = !b.negative
		result = add(a, b)
	case '+':
		result = add(a, b)
	case '*':
		result = multiply(a, b)
	case '/':
		result.negative = a.negative != b.negative
		result.magnitude = (a.magnitude*one + b.magnitude/2) / b.magnitude
	default:
		result = modulo(a, b)
	}
	if result.magnitude > maxNumber {
		return a, "the result of " + string(rune(op)) + " is too large"
	}
	result.unit = unit
	return result, ""
}

func add(a, b number) number {
	switch {
	case a.negative == b.negative:
		return number{negative: a.negative, magnitude: a.magnitude + b.magnitude}
	case a.magnitude >= b.magnitude:
		return number{negative: a.negative, magnitude: a.magnitude - b.magnitude}
	}
	return number{negative: b.negative, magnitude: b.magnitude - a.magnitude}
}

// multiply returns more than maxNumber for what is too large.
func multiply(a, b number) number {
	result := number{negative: a.negative != b.negative}
	whole, rest := a.magnitude/one, a.magnitude%one
	if whole > 0 && b.magnitude > maxNumber/whole {
		result.magnitude = maxNumber + 1
		return result
	}
	// rest*b.magnitude is less than 1e5 * 1e14, which fits.
	result.magnitude = whole*b.magnitude + (rest*b.magnitude+one/2)/one
	return result
}

// modulo has the sign of b, as in Sass.
func modulo(a, b number) number {
	result := number{negative: b.negative, magnitude: a.magnitude % b.magnitude}
	if a.negative != b.negative && result.magnitude > 0 {
		result.magnitude = b.magnitude - result.magnitude
	}
	return result
}
