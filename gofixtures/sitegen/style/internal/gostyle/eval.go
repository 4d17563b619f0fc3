package gostyle

import "strings"

// context is what statements are evaluated in.
type context struct {
	scope   *scope
	at      place
	inMixin bool
	content *content
}

// run evaluates statements.
func (c *Compiler) run(body []*node, x *context, depth int) {
	for _, n := range body {
		c.current = n
		if depth > maxNesting {
			n.file.fail(n.pos, "nested too deeply")
		}
		c.spend(stepCost)
		c.statement(n, x, depth)
	}
}

func (c *Compiler) statement(n *node, x *context, depth int) {
	switch n.kind {
	case aComment:
		c.comment(n, x)
	case aDeclaration, aCustom:
		c.declare(n, x)
	case aVariable:
		c.assign(n, x)
	case aRule:
		inner := x.block()
		text := c.evaluate(n, n.head, x.scope, selector)
		inner.at.rule = &rule{c.selectors(n, text, x.at)}
		c.run(n.body, inner, depth+1)
	case anAtRule:
		c.atRule(n, x, depth)
	case aMixin:
		c.set(x.scope, n.name, binding{mixin: n, scope: x.scope})
	case anInclude:
		c.include(n, x, depth)
	case aContent:
		if !x.inMixin {
			n.file.fail(n.pos, "@content outside of a mixin")
		}
		if x.content != nil {
			inner := x.content.context.block()
			inner.at = x.at
			c.run(x.content.body, inner, depth+1)
		}
	case anImport:
		f := c.files[n.target]
		if f.active {
			n.file.fail(n.pos, "import cycle: "+clip(f.name)+" imports itself")
		}
		f.active = true
		c.run(f.body, x, depth+1)
		f.active = false
	}
}

// block is x with a scope of its own.
func (x *context) block() *context {
	inner := *x
	inner.scope = &scope{outer: x.scope}
	return &inner
}

// comment keeps a comment, a minified one only if it begins with /*!.
func (c *Compiler) comment(n *node, x *context) {
	text := n.file.text[n.head.start:n.head.end]
	if c.minify && !strings.HasPrefix(text, "/*!") {
		return
	}
	c.place(x.at)
	c.line(text)
}

func (c *Compiler) declare(n *node, x *context) {
	if x.at.rule == nil && !x.at.opaque {
		n.file.fail(n.pos, "declaration outside of a rule")
	}
	property := c.evaluate(n, n.head, x.scope, 0)
	if property == "" {
		n.file.fail(n.pos, "expected a property before :")
	}
	var value string
	if n.kind == aCustom {
		value = c.verbatim(n, n.value, x.scope)
		if c.minify && value == "" {
			value = " " // before CSS Custom Properties Level 1 of 2022 it could not be empty
		}
	} else {
		value = c.evaluate(n, n.value, x.scope, withVariables|arithmetic)
		if value == "" {
			n.file.fail(n.pos, "expected a value after :")
		}
		if c.minify {
			value = minifyValue(value, x.at.rule != nil && !x.at.opaque && zeroIsLength(property))
		}
	}
	c.place(x.at)
	c.declaration(property, value)
}

// zeroIsLength says whether 0 means to a property what 0px does. To flex it is
// a factor, to tab-size a number of spaces.
func zeroIsLength(property string) bool {
	p := lowered(property)
	return !strings.Contains(p, "flex") && !strings.Contains(p, "tab-size") && !strings.HasPrefix(p, "--")
}

// wraps are the at-rules that hold style rules on a condition or in a layer:
// they go around the style rule that they are in. Others do too, but can have
// declarations without a rule as well.
var wraps = map[string]bool{
	"media": true, "supports": true, "container": true, "layer": true, "starting-style": true,
}

// alone are the at-rules that have nothing to do with a rule around them.
var alone = map[string]bool{
	"font-face": true, "keyframes": true, "-webkit-keyframes": true, "-moz-keyframes": true,
	"-o-keyframes": true, "page": true, "property": true, "counter-style": true,
}

func (c *Compiler) atRule(n *node, x *context, depth int) {
	name := lowered(n.name)
	m := mode(0)
	if name == "media" {
		m = withVariables | query
	}
	head := "@" + n.name
	if prelude := c.evaluate(n, n.head, x.scope, m); prelude != "" {
		head += " " + prelude
	}
	if !n.block {
		c.place(x.at)
		c.line(head + ";")
		return
	}
	inner := x.block()
	outer := x.at.wrapper
	inner.at.wrapper = &wrapper{outer: outer, depth: 1, head: head}
	if outer != nil {
		inner.at.wrapper.depth = outer.depth + 1
	}
	inner.at.rule = nil
	if x.at.rule != nil && !alone[name] {
		inner.at.rule = &rule{x.at.rule.selectors}
	}
	inner.at.opaque = x.at.opaque || !wraps[name]
	if !wraps[name] || name == "layer" { // means something even if empty
		c.place(place{wrapper: inner.at.wrapper})
	}
	c.run(n.body, inner, depth+1)
}
