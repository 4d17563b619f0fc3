package gostyle

import "strings"

// split cuts text at its commas that are not within brackets or strings.
func split(text string) []string {
	var parts []string
	depth, start := 0, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"', '\'':
			i = stringEnd(text, i) - 1
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case ',':
			if depth == 0 {
				parts = append(parts, strings.TrimLeft(text[start:i], " "))
				start = i + 1
			}
		}
	}
	return append(parts, strings.TrimLeft(text[start:], " "))
}

// selectors combines those of a rule with those of the rule around it, the
// outer ones varying slowest (Sass documentation, "Style Rules", "Selector
// Lists").
func (c *Compiler) selectors(n *node, text string, around place) []string {
	inner := split(text)
	for _, s := range inner {
		if s == "" {
			n.file.fail(n.pos, "empty selector")
		}
	}
	if around.rule == nil {
		for _, s := range inner {
			if _, found := replaceParent(s, "&"); found && !around.opaque {
				n.file.fail(n.pos, "& without a rule around it")
			}
		}
		return inner
	}
	var all []string
	for _, parent := range around.rule.selectors {
		for _, s := range inner {
			full, found := replaceParent(s, parent)
			if !found {
				full = parent + " " + s
			}
			c.spend(len(full) + selectorCost)
			all = append(all, full)
		}
	}
	return all
}

// replaceParent puts parent for each & that is not in a string or escaped.
func replaceParent(s, parent string) (full string, found bool) {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '&':
			found = true
			out.WriteString(parent)
			continue
		case '\\':
			if i+1 < len(s) {
				out.WriteByte('\\')
				i++
			}
		case '"', '\'':
			end := stringEnd(s, i)
			out.WriteString(s[i : end-1])
			i = end - 1
		}
		out.WriteByte(s[i])
	}
	return out.String(), found
}
