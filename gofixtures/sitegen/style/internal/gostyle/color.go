package gostyle

import "strings"

// The functions on colors calculate with whole numbers, exactly, and round
// half up once at the end.

type color [3]int64 // red, green, blue, 0 to 255

// named are the colors of CSS 2.1, 4.3.6.
var named = map[string]color{
	"aqua": {0, 255, 255}, "black": {0, 0, 0}, "blue": {0, 0, 255}, "fuchsia": {255, 0, 255},
	"gray": {128, 128, 128}, "green": {0, 128, 0}, "lime": {0, 255, 0}, "maroon": {128, 0, 0},
	"navy": {0, 0, 128}, "olive": {128, 128, 0}, "orange": {255, 165, 0}, "purple": {128, 0, 128},
	"red": {255, 0, 0}, "silver": {192, 192, 192}, "teal": {0, 128, 128}, "white": {255, 255, 255},
	"yellow": {255, 255, 0},
}

func parseColor(s string) (c color, ok bool) {
	if c, ok = named[lowered(s)]; ok {
		return c, true
	}
	if len(s) != 4 && len(s) != 7 || s[0] != '#' {
		return c, false
	}
	for i := 1; i < len(s); i++ {
		if !isHex(s[i]) {
			return c, false
		}
	}
	for i := range c {
		if len(s) == 4 {
			c[i] = 17 * hexValue(s[1+i])
		} else {
			c[i] = 16*hexValue(s[1+2*i]) + hexValue(s[2+2*i])
		}
	}
	return c, true
}

func hexValue(ch byte) int64 {
	if isDigit(ch) {
		return int64(ch - '0')
	}
	return int64(lower(ch)-'a') + 10
}

func (c color) String() string {
	const digits = "0123456789abcdef"
	out := []byte{'#'}
	for _, channel := range c {
		out = append(out, digits[channel>>4], digits[channel&15])
	}
	return string(out)
}

// whole is 100 % in the units of numbers.
const whole = 100 * one

// percentage reads 0 to 100, with or without %.
func percentage(s string) (p int64, ok bool) {
	n, ok := parseNumber(s)
	if !ok || n.negative && n.magnitude > 0 || n.magnitude > whole || n.unit != "" && n.unit != "%" {
		return 0, false
	}
	return int64(n.magnitude), true
}

// colorFunction calls a function on colors. rgba() of a color and an opacity
// becomes the rgba() of CSS.
func colorFunction(name, args string) (result string, known bool, problem string) {
	switch name {
	case "lighten", "darken", "mix", "rgba":
	default:
		return "", false, ""
	}
	parts := split(args)
	first, isColor := parseColor(parts[0])
	switch name {
	case "rgba":
		if len(parts) != 2 || !isColor {
			return "", false, ""
		}
		var out strings.Builder
		out.WriteString("rgba(")
		for _, channel := range first {
			writeDigits(&out, uint64(channel), 1)
			out.WriteString(", ")
		}
		out.WriteString(parts[1] + ")")
		return out.String(), true, ""
	case "mix":
		weight, weighs := int64(whole/2), len(parts) == 2
		if len(parts) == 3 {
			weight, weighs = percentage(parts[2])
		}
		if weighs && isColor {
			if second, ok := parseColor(parts[1]); ok {
				return mix(first, second, weight).String(), true, ""
			}
		}
		return "", true, "mix wants two colors such as #369 and a percentage"
	}
	if len(parts) == 2 && isColor {
		if amount, ok := percentage(parts[1]); ok {
			if name == "darken" {
				amount = -amount
			}
			return lighten(first, amount).String(), true, ""
		}
	}
	return "", true, name + " wants a color such as #369 and a percentage"
}

func mix(a, b color, weight int64) (c color) {
	for i := range c {
		c[i] = (a[i]*weight + b[i]*(whole-weight) + whole/2) / whole
	}
	return c
}

// lighten adds amount to the lightness of hue, saturation and lightness (CSS
// Color Level 3, 4.2.4), without going through them: with the lightness L and
// the saturation S, each channel X between the least and the greatest becomes
//
//	L' + S*(1-|2L'-1|) * ((X-least)/(greatest-least) - 1/2)
//
// where S = (greatest-least) / (255-|greatest+least-255|).
func lighten(c color, amount int64) color {
	least, greatest := c[0], c[0]
	for _, channel := range c {
		if channel < least {
			least = channel
		}
		if channel > greatest {
			greatest = channel
		}
	}
	const scale = 510 * whole
	light := (greatest+least)*whole + amount*510
	if light < 0 {
		light = 0
	}
	if light > scale {
		light = scale
	}
	room := scale - magnitude(2*light-scale)
	spread := 255 - magnitude(greatest+least-255)
	if spread == 0 { // black or white: no saturation
		spread = 1
	}
	for i, channel := range c {
		n := 255 * (2*spread*light + room*(2*(channel-least)-(greatest-least)))
		d := 2 * spread * scale
		c[i] = (n + d/2) / d
	}
	return c
}

func magnitude(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}
