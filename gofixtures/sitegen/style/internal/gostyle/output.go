package gostyle

import "strings"

// wrapper is an at-rule with a block, such as @media, that rules are put into.
type wrapper struct {
	outer *wrapper
	depth int // 1 for the outermost
	head  string
}

// rule is a style rule, or its part that stands in one wrapper.
type rule struct {
	selectors []string
}

// place is where declarations go.
type place struct {
	wrapper *wrapper // nil at the top
	rule    *rule    // nil outside of rules
	opaque  bool     // within an at-rule that has declarations itself, such as @font-face
}

// output is the CSS so far and what is open at its end. Rules are opened when
// something is put into them, so none is empty.
type output struct {
	css       []byte
	open      place
	semicolon bool // minified: one is due before anything but }
	nonASCII  bool
}

func (c *Compiler) write(s string) {
	if len(s) > maxOutput-len(c.css) {
		c.current.file.fail(c.current.pos, "the output grows too large")
	}
	for i := 0; i < len(s) && !c.nonASCII; i++ {
		c.nonASCII = s[i] >= 0x80
	}
	c.css = append(c.css, s...)
}

// line writes a line within what is open, or what does for one.
func (c *Compiler) line(s string) {
	if c.minify {
		if c.semicolon {
			c.write(";")
		}
		c.semicolon = false
		c.write(s)
		return
	}
	if c.open.wrapper != nil {
		c.write(strings.Repeat("  ", c.open.wrapper.depth))
	}
	if c.open.rule != nil {
		c.write("  ")
	}
	c.write(s)
	c.write("\n")
}

// head writes the line that opens a block.
func (c *Compiler) head(s string) {
	if c.minify {
		c.line(s)
		c.write("{")
		return
	}
	c.line(s + " {")
}

func (c *Compiler) tail() {
	c.semicolon = false
	c.line("}")
}

// place closes and opens what it must for the next line to stand in p.
func (c *Compiler) place(p place) {
	if p.rule == c.open.rule && p.wrapper == c.open.wrapper {
		return
	}
	c.closeRule()
	depth := 0
	if p.wrapper != nil {
		depth = p.wrapper.depth
	}
	path := make([]*wrapper, depth+1) // by depth
	for w := p.wrapper; w != nil; w = w.outer {
		path[w.depth] = w
	}
	for w := c.open.wrapper; w != nil && (w.depth > depth || path[w.depth] != w); w = w.outer {
		c.open.wrapper = w.outer
		c.tail()
	}
	opened := 0
	if c.open.wrapper != nil {
		opened = c.open.wrapper.depth
	}
	for _, w := range path[opened+1:] {
		c.head(w.head)
		c.open.wrapper = w
	}
	if p.rule != nil {
		c.head(c.selectorList(p.rule))
		c.open.rule = p.rule
	}
}

func (c *Compiler) closeRule() {
	if c.open.rule != nil {
		c.open.rule = nil
		c.tail()
	}
}

func (c *Compiler) selectorList(r *rule) string {
	if !c.minify {
		return strings.Join(r.selectors, ", ")
	}
	var out []byte
	for i, s := range r.selectors {
		if i > 0 {
			out = append(out, ',')
		}
		out = minifySelector(out, s)
	}
	return string(out)
}

// declaration writes one into what is open.
func (c *Compiler) declaration(property, value string) {
	if c.minify {
		c.line(property)
		c.write(":")
		c.write(value)
		c.semicolon = true
		return
	}
	c.line(property + ": " + value + ";")
}

// finish returns the output. CSS that is not ASCII says that it is UTF-8 (CSS
// Syntax Level 3, 3.2).
func (c *Compiler) finish() []byte {
	if !c.nonASCII {
		return c.css
	}
	charset := `@charset "UTF-8";`
	if !c.minify {
		charset += "\n"
	}
	return append([]byte(charset), c.css...)
}
